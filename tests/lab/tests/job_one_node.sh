# SPDX-License-Identifier: BSD-3-Clause
# Two ranks on one host over verbs alone: every byte right, none through
# shared memory.
# nodes: 1
. "$TOP/tests/lab/job.sh"

before=$(counter 1 sent_pkts)
works -n 2 -x BATON_TRANSPORTS=verbs,self --explain "$BENCH/bandwidth" \
    -m 4096:1048576 -i 2 -x 1 -W 2 -c
contains "what was chosen" "$OUTPUT" "verbs: rxe0 port 1"
[[ $OUTPUT != *"rank 1: shm"* ]] || fail "shared memory was chosen"
# 2 MB in all sizes, 3 iterations of 2 messages, in frames of 4 KiB.
more "frames" $(($(counter 1 sent_pkts) - before)) 3000
works -n 2 -x BATON_TRANSPORTS=verbs,self "$BENCH/bibandwidth" \
    -m 4096:1048576 -i 2 -x 1 -W 2 -c
works -n 4 -x BATON_TRANSPORTS=verbs,self "$BENCH/allreduce" \
    -m 4:65536 -i 2 -x 1 -c
