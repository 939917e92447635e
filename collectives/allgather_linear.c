/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allgather, all messages at once: every rank sends its block to all others.
 * Blocks may differ; nothing is sent for an empty one.
 *
 * Cost     1 round of P - 1 messages of n bytes each way, no copies but of
 *          the own block
 */
#include "collectives/algorithms.h"

int allgather_linear(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    const struct span own = coll_recv_block(a, rank);
    if (a->send.address != MPI_IN_PLACE)
        schedule_copy(s, own, a->send);
    for (int i = 1; i < size; i++) {
        const int r = (rank - i + size) % size;
        const struct span block = coll_recv_block(a, r);
        if (span_bytes(block) > 0)
            schedule_recv(s, block, r);
    }
    for (int i = 1; i < size && span_bytes(own) > 0; i++)
        schedule_send(s, own, (rank + i) % size);
    return MPI_SUCCESS;
}
