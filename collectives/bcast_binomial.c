/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Broadcast down a binomial tree: who has the message sends it on to its
 * children, the one with the largest subtree first.
 *
 * Cost     ceil(log2 P) rounds; the root sends n * ceil(log2 P) bytes
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"
#include "collectives/tree.h"

int bcast_binomial(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int node = tree_node(coll_rank(a), a->root, size);
    int bit = tree_bit(node, size);
    if (node != 0) {
        schedule_recv(s, a->recv, tree_rank(node - bit, a->root, size));
        schedule_end_round(s);
    }
    for (bit >>= 1; bit > 0; bit >>= 1)
        if (node + bit < size)
            schedule_send(s, a->recv, tree_rank(node + bit, a->root, size));
    return MPI_SUCCESS;
}
