# SPDX-License-Identifier: BSD-3-Clause
# A job on one node whose port is down says so and does not hang or fall back
# to something else.
# nodes: 1
. "$TOP/tests/lab/job.sh"

down() { on 1 grep -q DOWN /sys/class/infiniband/rxe0/ports/1/state; }
"$LAB" cut 1
eventually 10 down || fail "the port is not down"
job -n 2 -x BATON_TRANSPORTS=verbs,self "$BENCH/latency" -m 8:8 -i 5
"$LAB" mend 1
((STATUS != 0)) || fail "the job ended well without a port"
contains "the message" "$OUTPUT" rxe0
contains "the message" "$OUTPUT" down
