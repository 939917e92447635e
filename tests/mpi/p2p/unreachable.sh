#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Ranks that reach nobody end with the reason, although each also waits for a
# message that will never come. Runs in the build tree.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=tests/mpi/p2p/unreachable
mkdir -p "$(dirname "$program")"
tools/mpicc -std=gnu11 -Wall -Wextra -I"$here/.." -o "$program" \
    "$here/unreachable.c" || exit 99

fail=0
for call in sendrecv waitall receive returned barrier finalize; do
    said=$(BATON_TRANSPORTS=self launcher/mpirun -timeout 60 -n 4 \
               "./$program" $call 2>&1)
    code=$?
    case $code:$said in
    0:*)
        echo "$call: ended with 0" >&2; fail=1 ;;
    *"no transport from rank"*"BATON_TRANSPORTS=self"*)
        ;;
    *)
        printf '%s: ended with %s and no reason:\n%s\n' $call $code "$said" >&2
        fail=1 ;;
    esac
done
exit $fail
