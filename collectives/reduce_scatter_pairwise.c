/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reduce_scatter in P - 1 rounds: in round i a rank sends its contribution to
 * the share of the rank i above it, and combines what it gets from the one i
 * below. Operands meet out of rank order: op must commute.
 *
 * Cost     P - 1 rounds; each rank sends and receives n (P - 1) bytes, the
 *          least possible, and needs room for one share
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"
#include "collectives/shares.h"

bool reduce_scatter_commutes(const struct coll_args *a)
{
    return a->op->is_commutative;
}

int reduce_scatter_pairwise(struct schedule *s, const struct coll_args *a)
{
    struct shares shares;
    int err = shares_given(s, a, &shares);
    if (err != MPI_SUCCESS)
        return err;
    const int rank = coll_rank(a), size = shares.count;
    const struct span input = shares_input(a, &shares);
    const struct span own = shares_at(&shares, input, rank, rank + 1);
    const struct span result = span_at(a->recv, 0, own.count);
    const bool is_in_place = a->send.address == MPI_IN_PLACE;
    const struct span sum =
        is_in_place ? schedule_scratch_span(s, own.count, own.type) : result;
    const struct span arrived = schedule_scratch_span(s, own.count, own.type);
    schedule_copy(s, sum, own);
    for (int i = 1; i < size; i++) {
        const int above = (rank + i) % size;
        schedule_recv(s, arrived, (rank - i + size) % size);
        schedule_send(s, shares_at(&shares, input, above, above + 1), above);
        schedule_end_round(s);
        schedule_reduce(s, a->op, arrived.address, sum);
    }
    schedule_copy(s, result, sum);
    return MPI_SUCCESS;
}
