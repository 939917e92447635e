/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gather at the root: it receives every block straight into its place.
 *
 * Cost     1 round; the root receives P - 1 messages of n bytes, no copies
 */
#include "collectives/algorithms.h"

int gather_linear(struct schedule *s, const struct coll_args *a)
{
    const int rank = a->comm->rank;
    if (rank != a->root) {
        schedule_send(s, a->send, a->root);
        return MPI_SUCCESS;
    }
    for (int r = 0; r < a->comm->size; r++) {
        struct span block = span_at(a->recv, r * a->recv.count,
                                    a->recv.count);
        if (r != rank)
            schedule_recv(s, block, r);
        else if (a->send.address != MPI_IN_PLACE)
            schedule_copy(s, block, a->send);
    }
    return MPI_SUCCESS;
}
