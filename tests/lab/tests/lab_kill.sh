# SPDX-License-Identifier: BSD-3-Clause
# A node that is killed is gone at once; the two others, which meet in a hub,
# still reach each other.
# nodes: 3
# own lab
. "$TOP/tests/lab/assert.sh"

equal "node2 through the hub" "$(on 1 ssh node2 hostname)" node2
equal "node3 through the hub" "$(on 2 ssh node3 hostname)" node3
"$LAB" kill 1 || fail "lab kill"
contains "the state" "$("$LAB" status)" "node1 192.0.2.1 dead"
contains "the state" "$("$LAB" status)" "node3 192.0.2.3 up"
on 1 true && fail "a dead node runs something"
on 2 ssh -o ConnectTimeout=3 node1 true && fail "a dead node answers"
equal "node3 without node1" "$(on 2 ssh node3 hostname)" node3
"$LAB" cut 1 && fail "a dead node's cable can be cut"
exit 0
