# SPDX-License-Identifier: BSD-3-Clause
# A device that gets no answer and would repeat its packets for minutes: the
# connection is lost after BATON_VERBS_ANSWER_SECONDS, and the error names rank,
# host, device and cause. The job's own messages go by the first fabric, so that
# nothing else tells of it. Short messages are the case in which the last work
# requests would give no completion by themselves.
# nodes: 2
# options: --rails 2
# own lab
. "$TOP/tests/lab/job.sh"

compile p2p/long
log=$BUILD/tests/lab/verbs_silence.out

carries() { (($(counter 1 sent_pkts rxe1) > $1)); }

# ends PROGRAM ARGUMENT…: it does, with the error, when all answers stop.
ends() {
    local start before pid status output
    on 2 tc qdisc del dev fabric2 root 2> /dev/null
    before=$(counter 1 sent_pkts rxe1)
    (job -host node1,node2 -n 2 -x BATON_TRANSPORTS=verbs,self \
        -x BATON_DEVICE=rxe1 -x BATON_VERBS_TIMEOUT=23 \
        -x BATON_VERBS_ANSWER_SECONDS=3 "$@"
        exit "$STATUS") > "$log" 2>&1 &
    pid=$!
    eventually 60 carries $((before + 2000)) ||
        { cat "$log"; fail "the device carries nothing"; }
    on 2 tc qdisc replace dev fabric2 root netem loss 100%
    start=$SECONDS
    wait $pid
    status=$?
    output=$(< "$log")
    echo "$output"
    ((status != 0)) || fail "the job ended well without a connection"
    ((SECONDS - start < 45)) || fail "that took $((SECONDS - start)) s"
    contains "the error" "$output" "lost its connection to rank"
    contains "the error" "$output" "rxe1"
    contains "the error" "$output" "no answer for 3 s"
}

ends "$PROGRAM" 100000
ends "$BENCH/latency" -m 8:8 -i 100000000
