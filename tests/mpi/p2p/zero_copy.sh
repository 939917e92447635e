#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Large contiguous messages are moved without a copy by any processor, at
# either end: the ledger of mpirun --report says so. Runs in the build tree.
# MPIRUN names another launcher, as the lab does, and MOVED the counter that
# must have all bytes.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=tests/mpi/p2p/zero_copy
mpirun=${MPIRUN:-launcher/mpirun}
moved=${MOVED:-cma_bytes}
mkdir -p "$(dirname "$program")"
tools/mpicc -std=gnu11 -Wall -Wextra -I"$here/.." -o "$program" \
    "$here/zero_copy.c" || exit 99

said=$($mpirun -timeout 60 -n 2 -explain -report=json "./$program" 2>&1) ||
    { printf 'the job failed:\n%s\n' "$said" >&2; exit 1; }
if [[ $moved == cma_bytes && $said != *"read from the peer's memory"* ]]; then
    echo "SKIP: cross-memory attach is not allowed here"
    exit 77
fi
job=$(sed -n 's/^{"job":{\([^}]*\)}.*/\1/p' <<< "$said")

# value NAME: of the job's counters.
value() {
    tr ',' '\n' <<< "$job" | sed -n "s/^\"$1\"://p"
}

fail=0
is() {
    [[ $(value "$1") == "$2" ]] && return
    echo "$1 is '$(value "$1")', not $2" >&2
    fail=1
}
is "$moved" $((4 << 20))
is rendezvous_messages 4
# The ranks exchange some words of their own at the start: by eager packets.
for why in bounce packing; do
    is copied_${why}_bytes 0
done
for why in eager_out eager_in unexpected local; do
    (($(value copied_${why}_bytes) < 256)) && continue
    echo "copied_${why}_bytes is $(value copied_${why}_bytes)" >&2
    fail=1
done
((fail == 0)) || printf '%s\n' "$said" >&2
exit $fail
