/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Alltoall in P - 1 rounds: in round i a rank sends to the one i above it and
 * receives from the one i below, so every link carries one message a round.
 * Blocks may differ; nothing is sent for an empty one.
 *
 * Cost     P - 1 rounds of n bytes each way, no copies but of the own block
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"

int alltoall_pairwise(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    schedule_copy(s, coll_recv_block(a, rank), coll_send_block(a, rank));
    for (int i = 1; i < size; i++) {
        const int above = (rank + i) % size;
        const int below = (rank - i + size) % size;
        const struct span in = coll_recv_block(a, below);
        const struct span out = coll_send_block(a, above);
        if (span_bytes(in) > 0)
            schedule_recv(s, in, below);
        if (span_bytes(out) > 0)
            schedule_send(s, out, above);
        schedule_end_round(s);
    }
    return MPI_SUCCESS;
}
