# SPDX-License-Identifier: BSD-3-Clause
# What must never fail, over and over: memory replaced at its address (stale),
# programs that fork (fork), too little that may be pinned (memlock), and lost
# and late frames between two hosts (loss). REPEAT tells how often (1), PARTS
# which of the four. REPEAT=100 is what a release needs; each pass is counted in
# the log, so that it can be run in pieces: FROM is the first (1), and none
# begins after STOP_AFTER seconds. The ways of a part take turns by number.
# when asked for
# nodes: 2
# own lab
# limit: 6000
. "$TOP/tests/lab/job.sh"

REPEAT=${REPEAT:-1}
FROM=${FROM:-1}
verbs=(-n 2 -x BATON_TRANSPORTS=verbs,self)
programs=$BUILD/tests/mpi/p2p
for program in replaced replaced_threads fork random; do
    compile p2p/$program -pthread
done

# turn PASS WAY…: the way whose turn it is.
turn() {
    local ways=("${@:2}")
    echo "${ways[$1 % ${#ways[@]}]}"
}

pass_stale() {
    works "${verbs[@]}" -x BATON_RENDEZVOUS="$(turn "$1" auto write)" \
        "$programs/replaced"
    works "${verbs[@]}" "$programs/replaced_threads"
}

pass_fork() {
    works "${verbs[@]}" "$programs/fork"
}

# limited KIB COMMAND…: a job of two ranks that may pin so much.
limited() {
    local limit=$1
    shift
    OUTPUT=$(on 1 bash -c "ulimit -l $limit && exec $MPIRUN -timeout 90 \
        -n 2 -x BATON_TRANSPORTS=verbs,self $*" 2>&1)
    STATUS=$?
    echo "memlock $limit KiB: $STATUS, $(tail -n 1 <<< "$OUTPUT")"
}

# A job says what to raise, or works and every byte is right.
pass_memlock() {
    limited "$(turn "$1" 64 256 768)" "$BENCH/latency" -m 8:8 -i 5
    ((STATUS != 0)) || fail "so little is enough?"
    contains "the message" "$OUTPUT" "ulimit -l"
    limited "$(turn "$1" 1024 1536 2048 4096 16384)" "$programs/random" 192 "$1"
    equal "the status" $STATUS 0
    contains "the output" "$OUTPUT" "every byte right"
}

netem() {
    on 1 tc qdisc replace dev fabric root netem "$@" limit 10000 &&
        on 2 tc qdisc replace dev fabric root netem "$@" limit 10000 ||
        fail "no netem $*"
}

dropped() {
    on "$1" tc -s qdisc show dev fabric | grep -o 'dropped [0-9]*'
}

pass_loss() {
    [[ -n ${is_lossy-} ]] || netem loss 1% delay 200us 100us
    is_lossy=1
    works -host node1,node2 "${verbs[@]}" "$programs/random" 192 "$1"
    contains "the output" "$OUTPUT" "every byte right"
    echo "frames lost: $(dropped 1) and $(dropped 2)"
}

for part in ${PARTS:-stale fork memlock loss}; do
    for ((i = FROM; i < FROM + REPEAT; i++)); do
        ((SECONDS < ${STOP_AFTER:-6000})) || break
        "pass_$part" "$i"
        echo "PASSED $part $i after $SECONDS s"
    done
    [[ $part != loss ]] || netem loss 0%
done
