/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reduce_scatter as a reduction to rank 0, which then sends every rank its
 * share. For any operation: rank order is kept.
 *
 * Cost     ceil(log2 P) + 1 rounds; each rank but 0 sends n P bytes, rank 0
 *          n (P - 1)
 */
#include "collectives/algorithms.h"
#include "collectives/shares.h"

int reduce_scatter_by_root(struct schedule *s, const struct coll_args *a)
{
    struct shares shares;
    int err = shares_given(s, a, &shares);
    if (err != MPI_SUCCESS)
        return err;
    const int rank = coll_rank(a);
    struct coll_args sum = { .kind = COLL_REDUCE, .comm = a->comm,
                             .op = a->op, .ranks = a->ranks };
    sum.send = shares_input(a, &shares);
    if (rank == 0)
        sum.recv = schedule_scratch_span(s, sum.send.count, sum.send.type);
    err = reduce_binomial(s, &sum);
    schedule_end_round(s);
    const struct span own = span_at(a->recv, 0, shares.first[rank + 1] -
                                                    shares.first[rank]);
    if (rank > 0) {
        schedule_recv(s, own, 0);
        return err;
    }
    for (int r = 1; r < shares.count; r++)
        schedule_send(s, shares_at(&shares, sum.recv, r, r + 1), r);
    schedule_copy(s, own, shares_at(&shares, sum.recv, 0, 1));
    return err;
}
