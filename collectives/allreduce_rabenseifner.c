/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allreduce of long messages after Rabenseifner: the result is made in shares
 * by recursive halving, and brought to all by recursive doubling. Moves as few
 * bytes as a ring in fewer rounds.
 *
 * Cost     2 log2 P rounds, two more when P is no power of two; each rank
 *          sends and receives 2 n (P - 1) / P bytes, n more in a pair
 * Source   Rabenseifner 2004, doi:10.1007/978-3-540-24685-5_1
 */
#include "collectives/algorithms.h"
#include "collectives/halving.h"

bool reduction_can_be_cut(const struct coll_args *a)
{
    const struct mpi_datatype *type = a->send.type ? a->send.type
                                                   : a->recv.type;
    return a->op->is_commutative && a->op->code != OP_USER &&
           type->is_predefined;
}

int allreduce_rabenseifner(struct schedule *s, const struct coll_args *a)
{
    struct halving h;
    halving_init(&h, s, a);
    int err = shares_even(s, a->recv.count, h.power, &h.shares);
    if (err != MPI_SUCCESS)
        return err;
    h.data = a->recv;
    h.input = a->send.address == MPI_IN_PLACE ? a->recv : a->send;
    h.spare = schedule_scratch_span(s, a->recv.count, a->recv.type);
    halving_reduce(&h);
    halving_allgather(&h);
    return MPI_SUCCESS;
}
