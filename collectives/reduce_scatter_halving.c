/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reduce_scatter by recursive halving: partners exchange half of what they
 * still hold. Fewer rounds than pairwise; where P is no power of two, the
 * first ranks join in pairs.
 *
 * Cost     log2 P rounds, two more when P is no power of two; each rank sends
 *          and receives n (P - 1) bytes, in a pair n P more
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"
#include "collectives/halving.h"

/* The shares of numbers: of pairs, those of both ranks. */
static int join_shares(struct halving *h, const struct shares *given)
{
    struct shares *joined = &h->shares;
    joined->count = h->power;
    joined->first = schedule_scratch(h->schedule, ((size_t)h->power + 1) *
                                                      sizeof *joined->first);
    if (!joined->first)
        return MPI_ERR_NO_MEM;
    for (int n = 0; n < h->power; n++)
        joined->first[n] = given->first[halving_first(h, n)];
    joined->first[h->power] = shares_total(given);
    return MPI_SUCCESS;
}

int reduce_scatter_halving(struct schedule *s, const struct coll_args *a)
{
    struct shares given;
    struct halving h;
    halving_init(&h, s, a);
    int err = shares_given(s, a, &given);
    if (err == MPI_SUCCESS)
        err = join_shares(&h, &given);
    if (err != MPI_SUCCESS)
        return err;
    h.input = shares_input(a, &given);
    h.data = schedule_scratch_span(s, h.input.count, h.input.type);
    h.spare = schedule_scratch_span(s, h.input.count, h.input.type);
    halving_reduce(&h);
    const struct span result =
        span_at(a->recv, 0, given.first[h.rank + 1] - given.first[h.rank]);
    if (h.number < 0) {
        schedule_recv(s, result, h.rank + 1);
        return MPI_SUCCESS;
    }
    if (h.rank < 2 * h.pairs)
        schedule_send(s, shares_at(&given, h.data, h.rank - 1, h.rank),
                      h.rank - 1);
    schedule_copy(s, result, shares_at(&given, h.data, h.rank, h.rank + 1));
    return MPI_SUCCESS;
}
