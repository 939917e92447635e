# SPDX-License-Identifier: BSD-3-Clause
# Where almost nothing may be pinned the job says so, and how to change it.
# nodes: 1
# options: --memlock 64
. "$TOP/tests/lab/job.sh"

job -n 2 -x BATON_TRANSPORTS=verbs,self "$BENCH/latency" -m 8:65536 -i 5
((STATUS != 0)) || fail "the job ended well"
contains "the message" "$OUTPUT" memlock
contains "the message" "$OUTPUT" "ulimit -l"
works -n 2 "$BENCH/latency" -m 8:8 -i 5
