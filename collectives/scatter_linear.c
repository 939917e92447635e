/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scatter from the root: it sends every block straight from its place. Blocks
 * may differ; nothing is sent for an empty one.
 *
 * Cost     1 round; the root sends P - 1 messages of n bytes, no copies
 */
#include "collectives/algorithms.h"

int scatter_linear(struct schedule *s, const struct coll_args *a)
{
    const int rank = coll_rank(a);
    if (rank != a->root) {
        if (span_bytes(a->recv) > 0)
            schedule_recv(s, a->recv, a->root);
        return MPI_SUCCESS;
    }
    for (int r = 0; r < coll_size(a); r++) {
        const struct span block = coll_send_block(a, r);
        if (r != rank && span_bytes(block) > 0)
            schedule_send(s, block, r);
    }
    if (a->recv.address != MPI_IN_PLACE)
        schedule_copy(s, a->recv, coll_send_block(a, rank));
    return MPI_SUCCESS;
}
