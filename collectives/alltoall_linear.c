/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Alltoall with 32 partners at a time, so that a rank of a large job neither
 * gets nor holds all messages at once; every rank begins with another partner,
 * and not all send to the same one first. Blocks may differ; nothing is sent for
 * an empty one.
 *
 * Cost     (P - 1) / 32 rounds, of 32 messages of n bytes each way; no copies
 *          but of the own block
 */
#include "collectives/algorithms.h"

enum { PARTNERS = 32 /* of a rank at a time */ };

bool alltoall_two_buffers_suits(const struct coll_args *a)
{
    return a->send.address != MPI_IN_PLACE;
}

/* Messages with the partners at the distances [first, end). */
static void spread(struct schedule *s, const struct coll_args *a, int first,
                   int end)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    for (int i = first; i < end; i++) {
        const int r = (rank - i + size) % size;
        const struct span block = coll_recv_block(a, r);
        if (span_bytes(block) > 0)
            schedule_recv(s, block, r);
    }
    for (int i = first; i < end; i++) {
        const int r = (rank + i) % size;
        const struct span block = coll_send_block(a, r);
        if (span_bytes(block) > 0)
            schedule_send(s, block, r);
    }
}

int alltoall_linear(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    for (int i = 1; i < size; i += PARTNERS) {
        spread(s, a, i, i + PARTNERS < size ? i + PARTNERS : size);
        if (i + PARTNERS < size)
            schedule_end_round(s);
    }
    schedule_copy(s, coll_recv_block(a, rank), coll_send_block(a, rank));
    return MPI_SUCCESS;
}
