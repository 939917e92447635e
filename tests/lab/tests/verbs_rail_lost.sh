# SPDX-License-Identifier: BSD-3-Clause
# The second rail goes down while long messages go by both: one rank says so at
# least, and the job ends well with every byte right, by read and by write, at
# whichever end it was, and also when frames vanish and the device would repeat
# them for minutes. A rail that is down from the start is not used, and said of
# it only when two were asked for.
# nodes: 2
# options: --rails 2
# own lab
. "$TOP/tests/lab/job.sh"

compile p2p/long

carries() { (($(counter 1 sent_pkts rxe1) > $1)); }
is() { on "$1" grep -q "$2" /sys/class/infiniband/rxe1/ports/1/state; }

DOWN='ip link set fabric2 down'
UP='ip link set fabric2 up'

# lose NODE MPIRUN-OPTION…: DOWN happens there when the rail is in use, UP when
# the job has ended.
lose() {
    local node=$1 before log=$BUILD/tests/lab/verbs_rail_lost.out
    shift
    before=$(counter 1 sent_pkts rxe1)
    # Rounds enough that it goes down long before the last.
    (works -host node1,node2 -n 2 -x BATON_TRANSPORTS=verbs,self "$@" \
        "$PROGRAM" "$ROUNDS") > "$log" 2>&1 &
    eventually 60 carries $((before + 2000)) || {
        cat "$log"; fail "the second rail carries nothing"; }
    on "$node" $DOWN
    wait $! || { cat "$log"; fail "the job did not survive its second rail"; }
    cat "$log"
    contains "the output" "$(< "$log")" "$ROUNDS rounds, every byte right"
    contains "the warning" "$(< "$log")" "second rail rxe1 (198.51.100."
    (($(grep -c "second rail" "$log") <= 2)) || fail "too many warnings"
    on "$node" $UP
    eventually 10 is "$node" ACTIVE || fail "the second rail is not up again"
    renew
}

# rxe answers no request to connect after its interface was down.
renew() {
    local node
    for node in 1 2; do
        on $node rdma link del rxe1
        on $node rdma link add rxe1 type rxe netdev fabric2
        eventually 10 is $node ACTIVE || fail "rxe1 is not there again"
    done
}

ROUNDS=120
lose 2 -x BATON_RENDEZVOUS=read
lose 2 -x BATON_RENDEZVOUS=write
lose 1

DOWN='tc qdisc replace dev fabric2 root netem loss 100%'
UP='tc qdisc del dev fabric2 root'
lose 2 -x BATON_VERBS_TIMEOUT=23 -x BATON_VERBS_RAIL_SECONDS=3
contains "the warning" "$(< "$BUILD/tests/lab/verbs_rail_lost.out")" \
    "no answer for 3 s"

on 2 ip link set fabric2 down
eventually 10 is 2 DOWN || fail "the second rail is not down"
works -host node1,node2 -n 2 -x BATON_TRANSPORTS=verbs,self "$PROGRAM" 4
[[ $OUTPUT != *"second rail"* ]] || fail "a warning that nobody asked for"
works -host node1,node2 -n 2 -x BATON_TRANSPORTS=verbs,self \
    -x BATON_VERBS_RAILS=2 "$PROGRAM" 4
contains "the warning" "$OUTPUT" "there is no second rail: rxe1 port 1 is not active"
