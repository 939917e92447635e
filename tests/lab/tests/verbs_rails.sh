# SPDX-License-Identifier: BSD-3-Clause
# Long messages between two nodes with two rails each, by read and by write,
# contiguous and in blocks: every byte is right and either device carries about
# half. With one rail allowed, at either end, the second carries nothing.
# nodes: 2
# options: --rails 2
. "$TOP/tests/lab/job.sh"

compile p2p/long

# sent DEVICE: packets of both nodes by it.
sent() {
    echo $(($(counter 1 sent_pkts "$1") + $(counter 2 sent_pkts "$1")))
}

# long MPIRUN-OPTION…: set FIRST and SECOND to what each rail carried.
long() {
    FIRST=$(sent rxe0) SECOND=$(sent rxe1)
    works -host node1,node2 -n 2 -x BATON_TRANSPORTS=verbs,self "$@" "$PROGRAM" 16
    contains "the output" "$OUTPUT" "16 rounds, every byte right"
    FIRST=$(($(sent rxe0) - FIRST)) SECOND=$(($(sent rxe1) - SECOND))
    echo "packets: $FIRST and $SECOND"
}

for way in read write auto; do
    long -x BATON_RENDEZVOUS=$way
    share=$((100 * SECOND / (FIRST + SECOND)))
    ((share >= 35 && share <= 55)) ||
        fail "with $way the second rail carries $share % of the packets"
done

long -x BATON_VERBS_RAILS=1
equal "packets by a rail that is not allowed" "$SECOND" 0
long -x BATON_DEVICE=rxe1
equal "packets by the device that is not allowed" "$FIRST" 0

works -host node1,node2 -n 2 -explain -x BATON_TRANSPORTS=verbs,self "$PROGRAM" 2
contains "the explanation" "$OUTPUT" "verbs: rxe0 port 1, GID 1 ::ffff:192.0.2.1"
contains "the explanation" "$OUTPUT" \
    "by a second rail: rxe1 port 1, GID 1 ::ffff:198.51.100.2 (RoCE v2)"
