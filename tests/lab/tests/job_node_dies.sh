# SPDX-License-Identifier: BSD-3-Clause
# A node that dies in the middle of a job ends it within 15 seconds, with a
# message that names the host; nothing is left on the other.
# nodes: 2
# own lab
. "$TOP/tests/lab/job.sh"

output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT
before=$(counter 2 sent_pkts)
on 1 "$MPIRUN" -n 2 -host node1,node2 "$BENCH/latency" -m 8:8 -i 1000000 \
    > "$output" 2>&1 &
is_running() { (($(counter 2 sent_pkts) > before + 50)); }
eventually 90 is_running || fail "the job does not run: $(< "$output")"

"$LAB" kill 2
start=$SECONDS
wait $!
status=$?
took=$((SECONDS - start))
cat "$output"
((status != 0)) || fail "the job ended well"
((took <= 15)) || fail "it took $took s to end"
contains "the message" "$(< "$output")" node2
eventually 5 nothing_left 1 || fail "left on node1"
