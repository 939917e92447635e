# SPDX-License-Identifier: BSD-3-Clause
# Long collectives over verbs and within nodes go from one user's memory to the
# next: no processor copies but a rank's own block.
# nodes: 2
. "$TOP/tests/lab/job.sh"

# copies MIB COLLECTIVE ALGORITHM: one call with blocks of 1 MiB copies so many
# MiB; what ranks tell each other beside it is short.
copies() {
    local why
    works -n 4 -host node1:2,node2:2 -report=json \
        -x "BATON_COLL_ALGORITHMS=$2:$3" "$BENCH/$2" -m 1M:1M -i 1 -x 0
    for why in eager_out eager_in unexpected bounce packing; do
        more "4096 less $2 by $3: $why" 4096 "$(ledger copied_${why}_bytes)"
    done
    equal "MiB of own blocks that $2 by $3 copies" \
        $(($(ledger copied_local_bytes) >> 20)) "$1"
}

copies 0 bcast twolevel
copies 0 bcast scatter_allgather
copies 0 bcast pipelined_tree
copies 4 allgather ring
copies 2 allgather twolevel
copies 4 alltoall linear
copies 4 alltoall pairwise
