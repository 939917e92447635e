/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reduction up a binomial tree. A subtree is a run of ranks, so results stay
 * in rank order as long as the tree's root is rank 0. For an operation that
 * does not commute it is, and rank 0 then sends the result to the root.
 *
 * Cost     ceil(log2 P) rounds, one more when op does not commute and the root
 *          is not 0; each rank but the root sends n bytes
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"
#include "collectives/fold.h"
#include "collectives/tree.h"

static void forward_to_root(struct schedule *s, const struct coll_args *a,
                            struct span result)
{
    schedule_end_round(s);
    if (coll_rank(a) == 0)
        schedule_send(s, result, a->root);
    else if (coll_rank(a) == a->root)
        schedule_recv(s, a->recv, 0);
}

int reduce_binomial(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    const int top = a->op->is_commutative ? a->root : 0;
    const int node = tree_node(rank, top, size);
    const int bit = tree_bit(node, size);
    const struct span none = { NULL, a->send.count, a->send.type };
    struct fold f;
    fold_init(&f, s, a, rank == a->root ? a->recv : none);
    for (int b = 1; b < bit; b <<= 1) {
        if (node + b >= size)
            break;
        schedule_recv(s, fold_operand(&f), tree_rank(node + b, top, size));
        schedule_end_round(s);
        fold_higher(&f);
    }
    if (node != 0)
        schedule_send(s, f.result, tree_rank(node - bit, top, size));
    if (top != a->root)
        forward_to_root(s, a, f.result);
    else if (node == 0)
        schedule_copy(s, a->recv, f.result);
    return MPI_SUCCESS;
}
