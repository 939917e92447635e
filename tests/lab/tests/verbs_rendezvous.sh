# SPDX-License-Identifier: BSD-3-Clause
# Long messages by read, by write and as auto chooses, contiguous and in large
# blocks: the device moves every byte and no processor copies one. Where the
# devices agreed on no reads, the sender writes.
# nodes: 1
. "$TOP/tests/lab/job.sh"

cd "$BUILD" || fail "no $BUILD"
for program in zero_copy zero_copy_vector zero_copy_window; do
    compile p2p/$program
done

# moves MIB-READ MIB-WRITTEN PROGRAM SETTING…
moves() {
    local read=$1 written=$2 program=$3 settings=() name
    shift 3
    for name in "$@"; do settings+=(-x "$name"); done
    works -n 2 -report=json -x BATON_TRANSPORTS=verbs,self "${settings[@]}" \
        "$BUILD/tests/mpi/p2p/$program"
    equal "$program $*: bytes read" "$(ledger rdma_read_bytes)" $((read << 20))
    equal "$program $*: bytes written" "$(ledger rdma_write_bytes)" \
        $((written << 20))
    for name in bounce packing; do
        equal "$program $*: $name" "$(ledger copied_${name}_bytes)" 0
    done
    # The ranks exchange some words of their own at the start.
    for name in eager_out eager_in unexpected local; do
        more "256 less $program $*: $name" 256 "$(ledger copied_${name}_bytes)"
    done
}

moves 4 0 zero_copy BATON_RENDEZVOUS=auto
moves 4 0 zero_copy BATON_RENDEZVOUS=read
moves 0 4 zero_copy BATON_RENDEZVOUS=write
moves 0 4 zero_copy BATON_VERBS_READS=0
moves 4 0 zero_copy BATON_VERBS_READS=1
moves 4 0 zero_copy BATON_RENDEZVOUS_CHUNK_BYTES=128k
moves 0 4 zero_copy BATON_RENDEZVOUS=write BATON_RENDEZVOUS_CHUNK_BYTES=128k
moves 4 2 zero_copy_vector BATON_RENDEZVOUS=auto
moves 6 0 zero_copy_vector BATON_RENDEZVOUS=read
moves 0 6 zero_copy_vector BATON_RENDEZVOUS=write
moves 0 6 zero_copy_vector BATON_VERBS_READS=0
# Of several at a time within a host each side moves half, over software.
moves 4 4 zero_copy_window BATON_RENDEZVOUS=auto
moves 8 0 zero_copy_window BATON_RENDEZVOUS=read
moves 0 8 zero_copy_window BATON_VERBS_READS=0
for mode in strict no verify; do
    moves 4 4 zero_copy_window BATON_REGCACHE=$mode
    moves 6 0 zero_copy_vector BATON_REGCACHE=$mode BATON_RENDEZVOUS=read
    moves 0 6 zero_copy_vector BATON_REGCACHE=$mode BATON_RENDEZVOUS=write
done

# Without leave to read or to write it all goes by packets, and says so.
works -n 2 -report=json -x BATON_TRANSPORTS=verbs,self \
    -x BATON_VERBS_READS=0 -x BATON_RENDEZVOUS=read \
    "$BUILD/tests/mpi/p2p/zero_copy"
equal "bounced without reads" "$(ledger copied_bounce_bytes)" $((8 << 20))

works -n 2 -explain -x BATON_TRANSPORTS=verbs,self \
    "$BUILD/tests/mpi/p2p/zero_copy"
contains "the explanation" "$OUTPUT" \
    "by rendezvous (auto), several at a time by both sides"
contains "the explanation" "$OUTPUT" "blocks of 4096 bytes"
