# SPDX-License-Identifier: BSD-3-Clause
# Rings for hot peers: given, taken back and given to others under traffic of
# all kinds, every byte and the order right, and no receive queue overrun.
# nodes: 1
# limit: 600
. "$TOP/tests/lab/job.sh"

# The receiver was not ready: what credits are there to prevent.
not_ready() {
    on 1 cat /sys/class/infiniband/rxe0/ports/1/hw_counters/rcvd_rnr_err \
        /sys/class/infiniband/rxe0/ports/1/hw_counters/send_rnr_err
}

compile p2p/hot_peers
before=$(not_ready)
for case in "2 8 32" "4 1 4" "5 2 32"; do
    read -r ranks hot credits <<< "$case"
    works -n "$ranks" -x BATON_TRANSPORTS=verbs,self -x BATON_LOG=debug \
        -x BATON_VERBS_HOT_PEERS="$hot" -x BATON_VERBS_CREDITS="$credits" \
        "$PROGRAM" > "$BUILD/tests/lab/hot.out"
    grep -q "is hot" "$BUILD/tests/lab/hot.out" || fail "nobody was hot"
    ((hot >= ranks - 1)) ||
        grep -q "is no longer hot" "$BUILD/tests/lab/hot.out" ||
        fail "nobody lost a ring to another"
    echo "$case: $(grep -c "is hot" "$BUILD/tests/lab/hot.out") promotions"
done
equal "rcvd_rnr_err and send_rnr_err" "$(not_ready)" "$before"

works -n 2 -x BATON_TRANSPORTS=verbs,self -x BATON_LOG=debug \
    -x BATON_VERBS_HOT_PEERS=0 "$BENCH/latency" -m 8:8 -i 200 -x 10
[[ $OUTPUT != *"is hot"* ]] || fail "somebody was hot with rings off"
