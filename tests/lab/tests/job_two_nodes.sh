# SPDX-License-Identifier: BSD-3-Clause
# Two ranks on two hosts: started through ssh, they talk over rxe0, and the
# device's counters show it.
# nodes: 2
# limit: 200
. "$TOP/tests/lab/job.sh"

before1=$(counter 1 sent_pkts) before2=$(counter 2 sent_pkts)
works -n 2 -host node1,node2 --explain "$BENCH/bandwidth" \
    -m 8192:262144 -i 3 -x 1 -W 4 -c
contains "what was chosen" "$OUTPUT" "verbs: rxe0 port 1"
contains "what was chosen" "$OUTPUT" "host node2: rank 1, through ssh"
# 6 sizes, 4 iterations of 4 messages: 8 MB in frames of 4 KiB.
more "frames on the fabric" $(($(counter 1 sent_pkts) - before1 +
    $(counter 2 sent_pkts) - before2)) 1500

works -n 2 -host node1,node2 "$BENCH/latency" -m 0:65536 -i 5 -x 1 -c
works -n 2 -host node2,node1 "$BENCH/latency" -m 0:8 -i 5 -x 1
equal "who is rank 0" "$(grep -o 'Rank 0 on node.' <<< "$OUTPUT")" \
    "Rank 0 on node2"
