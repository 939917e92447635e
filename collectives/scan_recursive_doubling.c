/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scan by doubling: in round k a rank passes its partial result, of the 2^k
 * ranks up to itself, to the rank 2^k above, and puts what it gets from the
 * one 2^k below before its own. Rank order holds, for any operation.
 *
 * An exclusive scan first hands each contribution to the next rank, and is
 * then a scan over the ranks from 1 on.
 *
 * Cost     ceil(log2 P) rounds of n bytes (one more when exclusive)
 * Source   Hillis, Steele 1986, doi:10.1145/7902.7903
 */
#include "collectives/algorithms.h"
#include "collectives/fold.h"

/* Over the ranks from `lowest` on, of which we are one. */
static struct span add_rounds(struct fold *f, const struct coll_args *a,
                              int lowest)
{
    struct schedule *s = f->schedule;
    const int rank = coll_rank(a);
    for (int by = 1; by < coll_size(a) - lowest; by <<= 1) {
        const bool receives = rank - by >= lowest;
        if (receives)
            schedule_recv(s, fold_operand(f), rank - by);
        if (rank + by < coll_size(a))
            schedule_send(s, f->result, rank + by);
        schedule_end_round(s);
        if (receives)
            fold_lower(f);
    }
    return f->result;
}

int scan_recursive_doubling(struct schedule *s, const struct coll_args *a)
{
    struct fold f;
    fold_init(&f, s, a, a->recv);
    schedule_copy(s, a->recv, add_rounds(&f, a, 0));
    return MPI_SUCCESS;
}

/* Pass our contribution on; what the rank below contributes is in recv then. */
static void shift(struct schedule *s, const struct coll_args *a)
{
    const int rank = coll_rank(a);
    struct span own = a->send;
    if (own.address == MPI_IN_PLACE) {
        own = schedule_scratch_span(s, a->recv.count, a->recv.type);
        schedule_copy(s, own, a->recv);
    }
    if (rank > 0)
        schedule_recv(s, a->recv, rank - 1);
    if (rank + 1 < coll_size(a))
        schedule_send(s, own, rank + 1);
    schedule_end_round(s);
}

int exscan_recursive_doubling(struct schedule *s, const struct coll_args *a)
{
    struct coll_args shifted = *a;
    struct fold f;
    shift(s, a);
    if (coll_rank(a) == 0)
        return MPI_SUCCESS;
    shifted.send.address = MPI_IN_PLACE;
    fold_init(&f, s, &shifted, a->recv);
    schedule_copy(s, a->recv, add_rounds(&f, a, 1));
    return MPI_SUCCESS;
}
