#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Each benchmark runs, its data is right, and a wrong option gets a sentence.
# Runs in the build tree; BENCH_RANKS is for the programs of many ranks.
set -u
failed=0
ranks=${BENCH_RANKS:-4}

wrong() {
    echo "$*" >&2
    failed=1
}

# passes RANKS PROGRAM OPTION...: all rows say Pass, and there are some.
passes() {
    local output rows
    output=$(launcher/mpirun -n "$1" "benchmarks/$2" -c -t 0.01 "${@:3}" 2>&1) ||
        wrong "$2 ended with $?: $output"
    rows=$(grep -cv '^#' <<<"$output")
    if [ "$rows" -eq 0 ] || grep -v '^#' <<<"$output" | grep -qv 'Pass$'; then
        wrong "$2: not every row passes: $output"
    else
        echo "$2: $rows sizes pass"
    fi
}

# refuses PATTERN RANKS PROGRAM OPTION...: fails and says PATTERN.
refuses() {
    local pattern=$1 output
    shift
    output=$(launcher/mpirun -n "$1" "benchmarks/$2" "${@:3}" 2>&1) &&
        wrong "$* does not fail"
    [[ $output == *"$pattern"* ]] || wrong "$*: no '$pattern' in '$output'"
}

passes 2 latency -m 0:1M
passes 2 bandwidth -m 1:1M
passes 2 bibandwidth -m 1:1M -W 16
passes "$ranks" message_rate -m 1:64K
for program in bcast reduce allreduce gather scatter allgather alltoall; do
    passes "$ranks" $program -m 4:64K
    passes 3 $program -m 12K:12K -f
done
for program in gatherv scatterv allgatherv alltoallv reduce_scatter \
    reduce_scatter_block scan exscan; do
    passes 3 $program -m 4K:16K
done
passes 2 iallreduce -m 4:16K
launcher/mpirun -n "$ranks" benchmarks/barrier -t 0.01 || wrong "barrier fails"
launcher/mpirun -n 2 benchmarks/latency -m 8:8 -i 10 -x 5 | grep -q '^8 ' ||
    wrong "latency -m 8:8 -i 10 prints no row of 8 bytes"

refuses "int's range" 2 latency -m 1:4G
refuses "MIN:MAX" 2 latency -m x
refuses "smallest size" 2 latency -m 8:4
refuses "out of range" 2 latency -i 0
refuses "no such option" 2 latency -f
refuses "is not an option" 2 latency 8
refuses "exactly 2" 3 latency
refuses "at least 2" 1 allreduce
refuses "needs 6 ranks" 4 message_rate -p 3
exit $failed
