# SPDX-License-Identifier: BSD-3-Clause
# What must never fail, over and over: memory replaced at its address (stale),
# programs that fork (fork), too little that may be pinned (memlock), and lost
# and late frames between two hosts (loss). REPEAT tells how often (1), PARTS
# which of the four. REPEAT=100 is what a release needs; each pass is counted in
# the log, so that it can be run in parts.
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

# With a limit in KiB it works and every byte is right, or says what to raise.
pass_memlock() {
    local limit status
    for limit in 64 1024 2048 3072 4096 16384; do
        OUTPUT=$(on 1 bash -c "ulimit -l $limit && exec $MPIRUN -timeout 90 \
            -n 2 -x BATON_TRANSPORTS=verbs,self $programs/random 192 $1" 2>&1)
        status=$?
        echo "memlock $limit KiB: $status, $(tail -n 1 <<< "$OUTPUT")"
        if ((status == 0)); then
            contains "the output" "$OUTPUT" "every byte right"
            ((limit >= 1024)) || fail "64 KiB are enough?"
        else
            contains "the message" "$OUTPUT" "ulimit -l"
            ((limit < 4096)) || fail "4 MiB are not enough"
        fi
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
