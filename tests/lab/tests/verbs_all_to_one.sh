# SPDX-License-Identifier: BSD-3-Clause
# Many ranks send to one that does not listen for a while: credits hold them
# back, the receive queue is never overrun, and nobody waits for a retry.
# SENDERS=64 runs so many, which takes some minutes in an emulated node, and
# CREDITS one of the two limits alone.
# nodes: 1
# limit: 1200
. "$TOP/tests/lab/job.sh"

# What the device counts when a receiver was not ready.
not_ready() {
    on 1 cat /sys/class/infiniband/rxe0/ports/1/hw_counters/rcvd_rnr_err \
        /sys/class/infiniband/rxe0/ports/1/hw_counters/send_rnr_err
}

compile p2p/all_to_one
SLOWER=$((SLOWER * (2 + ${SENDERS:-8} / 16)))
before=$(not_ready)
packets=$(counter 1 sent_pkts)
read -r -a limits <<< "${CREDITS:-32 4}"
for credits in "${limits[@]}"; do
    works -n $((${SENDERS:-8} + 1)) -x BATON_TRANSPORTS=verbs,self \
        -x BATON_VERBS_CREDITS=$credits "$PROGRAM"
done
more "sent_pkts" "$(counter 1 sent_pkts)" \
    $((packets + ${#limits[@]} * 300 * ${SENDERS:-8}))
equal "rcvd_rnr_err and send_rnr_err" "$(not_ready)" "$before"
