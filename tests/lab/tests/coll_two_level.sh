# SPDX-License-Identifier: BSD-3-Clause
# Two nodes with two ranks each: of a long collective every byte that the other
# node needs crosses between them once, which the ledger's device bytes show.
# nodes: 2
. "$TOP/tests/lab/job.sh"

# crosses MIB COLLECTIVE ALGORITHM: one call with blocks of 1 MiB moves so many
# MiB from node to node.
crosses() {
    works -n 4 -host node1:2,node2:2 -report=json \
        -x "BATON_COLL_ALGORITHMS=$2:$3" "$BENCH/$2" -m 1M:1M -i 1 -x 0
    equal "what crosses in $2 by $3" "$(ledger rdma_read_bytes)" $(($1 << 20))
}

crosses 1 bcast twolevel
crosses 1 bcast pipelined_tree
crosses 1 reduce twolevel
crosses 1 reduce pipelined_tree
# Each node needs the sum of the other, or its two blocks.
crosses 2 allreduce twolevel
crosses 2 allreduce pipelined_tree
crosses 4 allgather twolevel
# By ranks that know of no nodes more crosses: the counter tells.
crosses 8 allgather recursive_doubling
