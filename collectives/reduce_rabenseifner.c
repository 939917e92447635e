/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reduction of long messages after Rabenseifner: the result is made in shares
 * by recursive halving, and gathered at the root.
 *
 * Cost     2 log2 P rounds, two more when P is no power of two; each rank
 *          sends about 2 n bytes at most, against n log2 P that the root of a
 *          tree receives
 * Source   Rabenseifner 2004, doi:10.1007/978-3-540-24685-5_1
 */
#include "collectives/algorithms.h"
#include "collectives/halving.h"

int reduce_rabenseifner(struct schedule *s, const struct coll_args *a)
{
    const bool is_root = coll_rank(a) == a->root;
    struct halving h;
    halving_init(&h, s, a);
    h.input = a->send.address == MPI_IN_PLACE ? a->recv : a->send;
    int err = shares_even(s, h.input.count, h.power, &h.shares);
    if (err != MPI_SUCCESS)
        return err;
    h.spare = schedule_scratch_span(s, h.input.count, h.input.type);
    h.data = is_root ? a->recv
                     : schedule_scratch_span(s, h.input.count, h.input.type);
    halving_reduce(&h);
    halving_gather(&h, a->root, a->recv);
    return MPI_SUCCESS;
}
