# Sourced by ./test: the programs that tests need beside Python, and the checks of the browser code.

has_chromium() {
    [ -n "${CHROMIUM_PATH:-}" ] && [ -x "$CHROMIUM_PATH" ] && return 0
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1
}

has_postgres() {
    command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

# Wanted and not there, by the name of the Debian package.
missing_packages() {
    if [ "$browser" = yes ]; then has_chromium || echo chromium; fi
    if [ "$services" = yes ]; then
        command -v redis-server >/dev/null 2>&1 || echo redis-server
        has_postgres || echo postgresql
    fi
    if [ "$js" = yes ]; then
        command -v node >/dev/null 2>&1 || echo nodejs
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
    say "Or leave parts out: --no-browser, --no-services, --no-js."
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

check_js_types() {
    ensure_typescript && node .tools/typescript/node_modules/typescript/lib/tsc.js --project web/tsconfig.json
}

run_js_tests() {
    set -- tests/web/js/*.test.*js
    [ -e "$1" ] || { say "No tests found in tests/web/js."; return 1; }
    node --test --test-reporter=dot "$@"
}
