# SPDX-License-Identifier: BSD-3-Clause
# What the launcher's test scripts share; read with `.`, not run.
#
#   expect NAME CODE COMMAND...   run it (60 s at most), compare the exit code;
#                                 its output is in $out and $err afterwards
#   has FILE TEXT                 a line of FILE has TEXT
#   lines FILE TEXT N             N lines of FILE have TEXT
#   until_true COMMAND...         wait for COMMAND to succeed (20 s at most)
#   finish                        end of the script: N passed, N failed
srcdir=${srcdir:-.}
bin=$(pwd)
mpirun=$bin/launcher/mpirun
rank=$bin/tests/launcher/rank
tmp=$(mktemp -d /tmp/baton-test-XXXXXX)
out=$tmp/out
err=$tmp/err
passed=0
failed=0
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP

good() { passed=$((passed + 1)); }

bad() {
    failed=$((failed + 1))
    echo "FAILED: $*"
    sed 's/^/  stdout: /' "$out" 2>/dev/null | head -20
    sed 's/^/  stderr: /' "$err" 2>/dev/null | head -20
}

expect() {
    name=$1 wanted=$2
    shift 2
    timeout -k 5 60 "$@" >"$out" 2>"$err" </dev/null
    code=$?
    if [ $code -eq "$wanted" ]; then good; else
        bad "$name: exit code $code, expected $wanted"
    fi
}

has() {
    if grep -qF -- "$2" "$1"; then good; else bad "$name: no \`$2\` in $1"; fi
}

has_not() {
    if grep -qF -- "$2" "$1"; then bad "$name: \`$2\` in $1"; else good; fi
}

lines() {
    count=$(grep -cF -- "$2" "$1")
    if [ "$count" -eq "$3" ]; then good; else
        bad "$name: $count lines with \`$2\`, expected $3"
    fi
}

until_true() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        if [ $tries -gt 400 ]; then
            bad "$name: still not so after 20 s: $*"
            return 1
        fi
        sleep 0.05
    done
    good
}

# All processes in the file of "RANK PID" lines have ended.
all_gone() {
    while read -r _ pid; do
        if [ -d "/proc/$pid" ] &&
            ! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status" 2>/dev/null
        then
            return 1
        fi
    done <"$1"
    return 0
}

has_lines() { [ -f "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]; }

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}
