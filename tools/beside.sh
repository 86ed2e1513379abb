# Sourced by ./test: commands that run beside the other steps, on what those leave of the machine.

beside=
turns=

# Two runs of the suite take turns where a test has to have the machine for itself (tests/support/turns.py).
begin_turns() {
    turns=$(mktemp -d)
    export TEST_TURNS="$turns"
    trap end_beside EXIT
}

# begin_beside NAME NICENESS COMMAND...; what it prints is kept for `collect_beside NAME`.
begin_beside() {
    name=$1 niceness=$2
    shift 2
    log=$(mktemp)
    nice -n "$niceness" "$@" >"$log" 2>&1 &
    eval "${name}_pid=$! ${name}_log=\$log"
    beside="$beside $name"
    trap end_beside EXIT
}

# Waits for what is left of it and tells how it went.
collect_beside() {
    eval "pid=\$${1}_pid log=\$${1}_log"
    code=0
    wait "$pid" || code=$?
    cat "$log"
    return "$code"
}

# At the end they are usually over already, and a kill that finds nobody must not become the exit code of a run that
# passed.
end_beside() {
    for name in $beside; do
        eval "pid=\$${name}_pid log=\$${name}_log"
        kill "$pid" 2>/dev/null || :
        rm -f "$log"
    done
    # Only what this shell made: a script within a test has the variable too.
    [ -z "$turns" ] || rm -rf "$turns"
}
