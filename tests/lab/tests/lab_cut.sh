# SPDX-License-Identifier: BSD-3-Clause
# lab cut takes a node off the fabric, and the node sees it; lab mend puts
# it back.
# nodes: 2
. "$TOP/tests/lab/assert.sh"

carrier_is() { [[ $(on 2 cat /sys/class/net/fabric/carrier) == "$1" ]]; }
port_is() { on 2 grep -q "$1" /sys/class/infiniband/rxe0/ports/1/state; }
reach() { on 1 ssh -o ConnectTimeout="$1" node2 true; }

reach 20 || fail "node2 cannot be reached at first"
"$LAB" cut 2 || fail "lab cut"
eventually 10 carrier_is 0 || fail "node2 still has a link"
eventually 10 port_is DOWN || fail "rxe0 of node2 is not down"
contains "the state" "$("$LAB" status)" "node2 192.0.2.2 up, fabric cut"
reach 3 && fail "node1 reaches node2 over a cut cable"
"$LAB" mend node2 || fail "lab mend"
eventually 10 carrier_is 1 || fail "node2 has no link again"
eventually 10 port_is ACTIVE || fail "rxe0 of node2 is not active again"
eventually 30 reach 5 || fail "node1 does not reach node2 again"
