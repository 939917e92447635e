# SPDX-License-Identifier: BSD-3-Clause
# An RDMA write within one node goes through the device, too.
# nodes: 1
. "$TOP/tests/lab/assert.sh"
. "$TOP/tests/lab/perftest.sh"

before=$(counter 1 sent_pkts)
perftest ib_write_bw 1 1 -s 65536 -n 100 || fail "ib_write_bw: $PERFTEST"
echo "$PERFTEST"
more "frames sent" $(($(counter 1 sent_pkts) - before)) 1599
