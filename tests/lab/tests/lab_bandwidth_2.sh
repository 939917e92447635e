# SPDX-License-Identifier: BSD-3-Clause
# An RDMA write between two nodes crosses both devices.
# nodes: 2
. "$TOP/tests/lab/assert.sh"
. "$TOP/tests/lab/perftest.sh"

before1=$(counter 1 sent_pkts) before2=$(counter 2 sent_pkts)
perftest ib_write_bw 2 1 -s 65536 -n 100 || fail "ib_write_bw: $PERFTEST"
echo "$PERFTEST"
# 100 times 64 KiB in frames of 4 KiB, and what acknowledges them.
more "frames sent by node2" $(($(counter 2 sent_pkts) - before2)) 1599
more "frames sent by node1" $(($(counter 1 sent_pkts) - before1)) 10
