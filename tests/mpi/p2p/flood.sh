#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Messages that nobody receives: senders that can wait are held up at the bound,
# those that do not end the job with its name. Runs in the build tree.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=tests/mpi/p2p/flood
mkdir -p "$(dirname "$program")"
tools/mpicc -std=gnu11 -Wall -Wextra -I"$here/.." -o "$program" \
    "$here/flood.c" || exit 99

# run BOUND HOW: its code and what it said.
run() {
    said=$(BATON_UNEXPECTED_BYTES=$1 launcher/mpirun -timeout 60 -n 2 \
               "./$program" "$2" 2>&1)
    echo "$?:$said"
}

fail=0
# wants NAME PATTERN RESULT
wants() {
    # shellcheck disable=SC2053
    [[ $3 == $2 ]] && return
    printf '%s: ended with %s\n' "$1" "$3" >&2
    fail=1
}
wants "no bound in reach" "0:" "$(run 1G nonblocking)"
wants "held up" "0:*senders have to wait*" "$(run 1M blocking)"
wants "too many" "[1-9]*:*BATON_UNEXPECTED_BYTES*" "$(run 1M nonblocking)"
exit $fail
