/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Alltoall, all messages at once; every rank begins with another partner, so
 * that not all send to the same one first.
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
    const int size = a->comm->size;
    const int rank = a->comm->rank;
    const struct span to = a->recv;
    const struct span from = a->send;
    for (int i = 1; i < size; i++) {
        int r = (rank - i + size) % size;
        schedule_recv(s, span_at(to, r * to.count, to.count), r);
    }
    for (int i = 1; i < size; i++) {
        int r = (rank + i) % size;
        schedule_send(s, span_at(from, r * from.count, from.count), r);
    }
    schedule_copy(s, span_at(to, rank * to.count, to.count),
                  span_at(from, rank * from.count, from.count));
    return MPI_SUCCESS;
}
