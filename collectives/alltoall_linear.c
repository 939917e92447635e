/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Alltoall, all messages at once; every rank begins with another partner, so
 * that not all send to the same one first. Blocks may differ; nothing is sent
 * for an empty one.
 *
 * Cost     1 round of P - 1 messages of n bytes each way, no copies but of
 *          the own block
 */
#include "collectives/algorithms.h"

bool alltoall_two_buffers_suits(const struct coll_args *a)
{
    return a->send.address != MPI_IN_PLACE;
}

int alltoall_linear(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    for (int i = 1; i < size; i++) {
        const int r = (rank - i + size) % size;
        const struct span block = coll_recv_block(a, r);
        if (span_bytes(block) > 0)
            schedule_recv(s, block, r);
    }
    for (int i = 1; i < size; i++) {
        const int r = (rank + i) % size;
        const struct span block = coll_send_block(a, r);
        if (span_bytes(block) > 0)
            schedule_send(s, block, r);
    }
    schedule_copy(s, coll_recv_block(a, rank), coll_send_block(a, rank));
    return MPI_SUCCESS;
}
