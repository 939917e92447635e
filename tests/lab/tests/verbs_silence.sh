# SPDX-License-Identifier: BSD-3-Clause
# A device that gets no answer and would repeat its packets for minutes: the
# connection is lost after BATON_VERBS_ANSWER_SECONDS, and the error names rank,
# host, device and cause. The job's own messages go by the first fabric, so that
# nothing else tells of it.
# nodes: 2
# options: --rails 2
# own lab
. "$TOP/tests/lab/job.sh"

LONG=$BUILD/tests/mpi/p2p/long
mkdir -p "$BUILD/tests/mpi/p2p"
"$BUILD/tools/mpicc" -O2 -I"$TOP/tests/mpi" -o "$LONG" \
    "$TOP/tests/mpi/p2p/long.c" || fail "long.c does not compile"

carries() { (($(counter 1 sent_pkts rxe1) > 2000)); }

log=$BUILD/tests/lab/verbs_silence.out
(job -host node1,node2 -n 2 -x BATON_TRANSPORTS=verbs,self \
    -x BATON_DEVICE=rxe1 -x BATON_VERBS_TIMEOUT=23 \
    -x BATON_VERBS_ANSWER_SECONDS=3 "$LONG" 100000
    exit "$STATUS") > "$log" 2>&1 &
eventually 60 carries || { cat "$log"; fail "the device carries nothing"; }
on 2 tc qdisc replace dev fabric2 root netem loss 100%
start=$SECONDS
wait $!
status=$?
cat "$log"
((status != 0)) || fail "the job ended well without a connection"
((SECONDS - start < 45)) || fail "that took $((SECONDS - start)) s"
contains "the error" "$(< "$log")" "lost its connection to rank"
contains "the error" "$(< "$log")" "rxe1"
contains "the error" "$(< "$log")" "no answer for 3 s"
