# Sourced by ./test: a minute of fuzzing of each parser beside the other steps, on what they leave of the machine.

fuzz_seconds=60
fuzz_targets="stun rtp rtcp vp8 sdp tcp"
fuzz_pid=
fuzz_log=

# Its wheels are for Linux on x86-64 and Python up to 3.13.
has_atheris() { .venv/bin/python -c 'import importlib.util as u, sys; sys.exit(u.find_spec("atheris") is None)'; }

begin_fuzzing() {
    [ "$fuzz" = yes ] || return 0
    if ! has_atheris; then
        fuzz=missing
        return 0
    fi
    fuzz_log=$(mktemp)
    # shellcheck disable=SC2086
    nice -n 19 .venv/bin/python -m tests.fuzz $fuzz_targets --seconds "$fuzz_seconds" >"$fuzz_log" 2>&1 &
    fuzz_pid=$!
    trap end_fuzzing EXIT
}

# At the end it is usually over already, and a kill that finds nobody must not become the exit code of a run that passed.
end_fuzzing() {
    kill "$fuzz_pid" 2>/dev/null || :
    rm -f "$fuzz_log"
}

# Waits for what is left of it and tells what it found.
collect_fuzzing() {
    code=0
    wait "$fuzz_pid" || code=$?
    cat "$fuzz_log"
    return "$code"
}
