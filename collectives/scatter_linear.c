/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scatter from the root: it sends every block straight from its place.
 *
 * Cost     1 round; the root sends P - 1 messages of n bytes, no copies
 */
#include "collectives/algorithms.h"

int scatter_linear(struct schedule *s, const struct coll_args *a)
{
    const int rank = a->comm->rank;
    if (rank != a->root) {
        schedule_recv(s, a->recv, a->root);
        return MPI_SUCCESS;
    }
    for (int r = 0; r < a->comm->size; r++) {
        struct span block = span_at(a->send, r * a->send.count,
                                    a->send.count);
        if (r != rank)
            schedule_send(s, block, r);
        else if (a->recv.address != MPI_IN_PLACE)
            schedule_copy(s, a->recv, block);
    }
    return MPI_SUCCESS;
}
