# SPDX-License-Identifier: BSD-3-Clause
# lab lossy drops frames, and reliable connections repair it.
# nodes: 2
# limit: 200
. "$TOP/tests/lab/assert.sh"
. "$TOP/tests/lab/perftest.sh"

dropped() {
    on 1 tc -s qdisc show dev fabric | sed -n 's/.*dropped \([0-9]*\),.*/\1/p'
}

trap '"$LAB" lossy 1 0' EXIT
"$LAB" lossy 1 5 || fail "lab lossy"
perftest ib_write_bw 1 2 -s 65536 -n 20 -u 14 ||
    fail "ib_write_bw does not survive loss: $PERFTEST"
more "the number of frames dropped" "$(dropped)" 0
"$LAB" lossy 1 0 || fail "lab lossy 0"
before=$(dropped)
perftest ib_write_bw 1 2 -s 65536 -n 20 || fail "ib_write_bw without loss"
equal "the number dropped without loss" "$(dropped)" "$before"
"$LAB" lossy 2 100
on 1 ssh -o ConnectTimeout=3 node2 true && fail "all dropped, yet it arrives"
"$LAB" lossy 2 0 || fail "lab lossy 2 0"
"$LAB" lossy 2 x 2>/dev/null && fail "x is no percentage"
exit 0
