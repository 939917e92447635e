#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Random traffic with checked bytes among 8 ranks, of which some are killed at
# a random moment: jobs of 1.5 seconds, for TRAFFIC_SECONDS (6) in all.
# `make check-traffic` takes ten minutes. TRAFFIC_SEED repeats a run.
. "${srcdir:-.}/tests/launcher/lib.sh"
mkdir -p tests/mpi/errors
program=$bin/tests/mpi/errors/traffic
tools/mpicc -std=gnu11 -O2 -g -Wall -I"$srcdir/tests/mpi" -o "$program" \
    "$srcdir/tests/mpi/errors/traffic.c" || exit 99
seed=${TRAFFIC_SEED:-$(date +%s)}
end=$(($(date +%s) + ${TRAFFIC_SECONDS:-6}))
jobs=0
messages=0
while [ $jobs -lt 4 ] || [ "$(date +%s)" -lt $end ]; do
    case $((jobs % 4)) in
    0) victims="2 5" code=137 left=6 cma=yes ;;
    1) victims="7" code=137 left=7 cma=yes ;;
    2) victims="1 3 6" code=137 left=5 cma=no ;;
    3) victims="" code=0 left=8 cma=yes ;;
    esac
    # shellcheck disable=SC2086 # the victims are words
    expect "traffic of seed $seed, killed: ${victims:-none}" $code "$mpirun" \
        -n 8 -keep-going -timeout 60 -x BATON_CMA=$cma \
        "$program" $seed 1500 $victims
    lines "$out" "is through" $left
    messages=$((messages + $(sed -n 's/.*through, \([0-9]*\) .*/\1/p' "$out" |
        awk "{ n += \$1 } END { print n + 0 }")))
    seed=$((seed + 1))
    jobs=$((jobs + 1))
done
echo "$jobs jobs, $messages messages checked"
[ $messages -gt 0 ] && good || bad "no message was checked"
finish
