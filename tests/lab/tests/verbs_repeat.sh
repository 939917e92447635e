# SPDX-License-Identifier: BSD-3-Clause
# What must never fail, over and over: memory replaced at its address (stale),
# programs that fork (fork), too little that may be pinned (memlock), and lost
# and late frames between two hosts (loss). REPEAT tells how often (1), PARTS
# which of the four. REPEAT=100 is what a release needs; each pass is counted in
# the log, so that it can be run in parts.
# when asked for
# nodes: 2
# own lab
# limit: 6000
. "$TOP/tests/lab/job.sh"

REPEAT=${REPEAT:-1}
verbs=(-n 2 -x BATON_TRANSPORTS=verbs,self)
programs=$BUILD/tests/mpi/p2p
mkdir -p "$programs"
for program in replaced replaced_threads fork random; do
    "$BUILD/tools/mpicc" -O2 -std=gnu11 -pthread -I"$TOP/tests/mpi" \
        -o "$programs/$program" "$TOP/tests/mpi/p2p/$program.c" ||
        fail "$program.c does not compile"
done

pass_stale() {
    works "${verbs[@]}" "$programs/replaced"
    works "${verbs[@]}" "$programs/replaced_threads"
    works "${verbs[@]}" -x BATON_RENDEZVOUS=write "$programs/replaced"
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
    local limit
    for limit in 64 256 768; do
        limited $limit "$BENCH/latency" -m 8:8 -i 5
        ((STATUS != 0)) || fail "$limit KiB are enough?"
        contains "the message" "$OUTPUT" "ulimit -l"
    done
    for limit in 1024 1536 2048 4096 16384; do
        limited $limit "$programs/random" 192 "$1"
        equal "the status" $STATUS 0
        contains "the output" "$OUTPUT" "every byte right"
    done
}

netem() {
    on 1 tc qdisc replace dev fabric root netem "$@" limit 10000 &&
        on 2 tc qdisc replace dev fabric root netem "$@" limit 10000 ||
        fail "no netem $*"
}

pass_loss() {
    netem loss 1% delay 200us 100us
    before=$(on 1 tc -s qdisc show dev fabric | grep -o 'dropped [0-9]*')
    works -host node1,node2 "${verbs[@]}" "$programs/random" 192 "$1"
    contains "the output" "$OUTPUT" "every byte right"
    [[ $(on 1 tc -s qdisc show dev fabric | grep -o 'dropped [0-9]*') != \
        "$before" ]] || echo "no frame was lost this time"
    netem loss 0%
}

for part in ${PARTS:-stale fork memlock loss}; do
    for ((i = 1; i <= REPEAT; i++)); do
        "pass_$part" "$i"
        echo "PASSED $part $i of $REPEAT after $SECONDS s"
    done
done
