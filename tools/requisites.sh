# Sourced by ./test: the programs that tests need beside Python, and the checks of the browser code.

# One that runs: Ubuntu's chromium-browser is only a pointer to a snap.
has_chromium() {
    for candidate in "${CHROMIUM_PATH:-}" chromium chromium-browser; do
        [ -n "$candidate" ] && "$candidate" --version >/dev/null 2>&1 && return 0
    done
    return 1
}

has_firefox() {
    for candidate in "${FIREFOX_PATH:-}" firefox-esr firefox; do
        [ -n "$candidate" ] && "$candidate" --version >/dev/null 2>&1 && return 0
    done
    return 1
}

has_postgres() {
    command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

# Wanted and not there, by the name of the Debian package.
missing_packages() {
    if [ "$browser" = yes ]; then
        has_chromium || echo chromium
        has_firefox || echo firefox-esr
    fi
    if [ "$browser" = yes ] && [ "$networks" = yes ]; then
        command -v ip >/dev/null 2>&1 || echo iproute2
        command -v nft >/dev/null 2>&1 || echo nftables
        command -v turnserver >/dev/null 2>&1 || echo coturn
    fi
    if [ "$services" = yes ]; then
        command -v redis-server >/dev/null 2>&1 || echo redis-server
        has_postgres || echo postgresql
    fi
    if [ "$js" = yes ]; then
        command -v npm >/dev/null 2>&1 || echo npm
    fi
}

require_programs() {
    missing=$(missing_packages | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if [ "$install" = yes ] && as_root_with_apt; then
        say "Installing for the tests: $missing"
        # shellcheck disable=SC2086
        apt_install $missing || true
        missing=$(missing_packages | tr '\n' ' ')
        [ -n "$missing" ] || return 0
    fi
    say "The tests need programs that are not here: $missing"
    say "On Debian or Ubuntu, as root: apt-get install -y --no-install-recommends $missing"
    case $missing in *chromium*) say "A Chromium from elsewhere will do, too: set CHROMIUM_PATH to its executable." ;; esac
    case $missing in *firefox*) say "A Firefox from elsewhere will do, too: set FIREFOX_PATH to its executable." ;; esac
    say "Or leave parts out: --no-browser, --no-networks, --no-services, --no-js."
    exit 1
}

# npm checks the package against the hash in the lock.
ensure_typescript() {
    if cmp -s tools/typescript/package-lock.json .tools/typescript/installed; then return 0; fi
    mkdir -p .tools/typescript
    cp tools/typescript/package.json tools/typescript/package-lock.json .tools/typescript/
    npm ci --silent --no-audit --no-fund --ignore-scripts --prefix .tools/typescript || {
        say "npm could not fetch TypeScript, which checks the types of the browser code."
        return 1
    }
    cp tools/typescript/package-lock.json .tools/typescript/installed
}

# Playwright carries a Node of its own: newer than Debian's, and the same everywhere.
node() {
    "$(.venv/bin/python -c 'import pathlib, playwright; print(pathlib.Path(playwright.__file__).parent / "driver" / "node")')" "$@"
}

check_js_types() {
    ensure_typescript && node .tools/typescript/node_modules/typescript/lib/tsc.js --project web/tsconfig.json
}

run_js_tests() {
    set -- tests/web/js/*.test.*js
    [ -e "$1" ] || { say "No tests found in tests/web/js."; return 1; }
    node --test --test-reporter=dot "$@"
}
