# Sourced by ./test: a minute of fuzzing of each parser.

fuzz_seconds=60
fuzz_targets="stun rtp rtcp vp8 sdp tcp"

# Its wheels are for Linux on x86-64 and Python up to 3.13.
has_atheris() { .venv/bin/python -c 'import importlib.util as u, sys; sys.exit(u.find_spec("atheris") is None)'; }

begin_fuzzing() {
    [ "$fuzz" = yes ] || return 0
    if ! has_atheris; then
        fuzz=missing
        return 0
    fi
    # shellcheck disable=SC2086
    begin_beside fuzzing 19 .venv/bin/python -m tests.fuzz $fuzz_targets --seconds "$fuzz_seconds"
}
