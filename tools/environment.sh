# Sourced by ./run and ./test from the checkout's root: makes .venv and keeps it in step with a lock file.
# Everything installs from wheels by hash; the system's own Python packages are never touched.

say() { printf '%s\n' "$*" >&2; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# The newest Python that really runs: a version manager may leave commands that do not.
find_python() {
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3.14 python3 python /usr/bin/python3; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 && is_new_enough "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

as_root_with_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null &&
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >/dev/null
}

make_venv() {
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --clear --python '>=3.11' .venv && return 0
    fi
    python=$(find_python) || {
        if as_root_with_apt; then
            apt_install python3 python3-venv
            python=$(find_python) || true
        fi
    }
    if [ -z "${python:-}" ]; then
        say "Holdspace needs Python 3.11 or newer. Install it (Debian 12, Ubuntu 24.04: apt install python3 python3-venv), then run this again."
        return 1
    fi
    if ! can_make_venv "$python" && as_root_with_apt; then
        say "Installing python3-venv."
        apt_install python3-venv || true
    fi
    if ! can_make_venv "$python"; then
        say "Python's venv module is missing. Install it (Debian, Ubuntu: apt install python3-venv), or install uv, then run this again."
        return 1
    fi
    "$python" -m venv --clear .venv
}

install_lock() {
    if command -v uv >/dev/null 2>&1; then
        uv pip install --quiet --python .venv/bin/python --only-binary :all: --require-hashes -r "$1"
    else
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary=:all: --require-hashes -r "$1"
    fi
}

# ensure_environment LOCK: quiet when nothing is to do.
ensure_environment() {
    lock=$1
    stamp=.venv/.installed-$(basename "$lock")
    if ! is_new_enough .venv/bin/python; then
        say "Making the environment in .venv."
        make_venv || return 1
    fi
    wanted=$(.venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read() + sys.version.encode()).hexdigest())' "$lock")
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        say "Installing what $lock lists; this takes a minute or two."
        install_lock "$lock" || {
            say "The packages could not be installed. Above is the reason; a network is needed this once."
            return 1
        }
        printf '%s\n' "$wanted" >"$stamp"
    fi
}
