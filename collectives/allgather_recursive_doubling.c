/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allgather by recursive doubling: partners exchange all they have, which
 * doubles in each round. For powers of two.
 *
 * Cost     log2 P rounds; each rank sends and receives n (P - 1) bytes
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"

bool allgather_recursive_doubling_suits(const struct coll_args *a)
{
    return (coll_size(a) & (coll_size(a) - 1)) == 0;
}

int allgather_recursive_doubling(struct schedule *s,
                                 const struct coll_args *a)
{
    const int rank = coll_rank(a);
    const MPI_Count count = a->recv.count;
    if (a->send.address != MPI_IN_PLACE)
        schedule_copy(s, span_at(a->recv, rank * count, count), a->send);
    for (int bit = 1; bit < coll_size(a); bit <<= 1) {
        int partner = rank ^ bit;
        int ours = rank & ~(bit - 1); /* first of the bit blocks we have */
        int theirs = partner & ~(bit - 1);
        schedule_recv(s, span_at(a->recv, theirs * count, bit * count),
                      partner);
        schedule_send(s, span_at(a->recv, ours * count, bit * count),
                      partner);
        schedule_end_round(s);
    }
    return MPI_SUCCESS;
}
