/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gather at the root: it receives every block straight into its place. Blocks
 * may differ; nothing is sent for an empty one.
 *
 * Cost     1 round; the root receives P - 1 messages of n bytes, no copies
 */
#include "collectives/algorithms.h"

int gather_linear(struct schedule *s, const struct coll_args *a)
{
    const int rank = coll_rank(a);
    if (rank != a->root) {
        if (span_bytes(a->send) > 0)
            schedule_send(s, a->send, a->root);
        return MPI_SUCCESS;
    }
    for (int r = 0; r < coll_size(a); r++) {
        const struct span block = coll_recv_block(a, r);
        if (r != rank && span_bytes(block) > 0)
            schedule_recv(s, block, r);
    }
    if (a->send.address != MPI_IN_PLACE)
        schedule_copy(s, coll_recv_block(a, rank), a->send);
    return MPI_SUCCESS;
}
