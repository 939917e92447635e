# SPDX-License-Identifier: BSD-3-Clause
# Four ranks on each of two hosts: shared memory within, verbs between, and
# right results.
# nodes: 2
# limit: 300
. "$TOP/tests/lab/job.sh"

works -n 8 -host node1:4,node2:4 --explain "$BENCH/allreduce" \
    -m 4:16384 -i 2 -x 1 -c
contains "within node1" "$OUTPUT" "rank 1: shm"
contains "between the nodes" "$OUTPUT" "verbs: rxe0"
works -n 8 -host node1:4,node2:4 "$BENCH/alltoall" -m 1:4096 -i 2 -x 1 -c
works -n 8 -host node1:4,node2:4 -map-by node "$BENCH/bcast" \
    -m 1:65536 -i 2 -x 1 -c
