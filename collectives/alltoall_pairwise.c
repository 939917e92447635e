/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Alltoall in P - 1 rounds: in round i a rank sends to the one i above it and
 * receives from the one i below, so every link carries one message a round.
 *
 * Cost     P - 1 rounds of n bytes each way, no copies but of the own block
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"

int alltoall_pairwise(struct schedule *s, const struct coll_args *a)
{
    const int size = a->comm->size;
    const int rank = a->comm->rank;
    const struct span to = a->recv;
    const struct span from = a->send;
    schedule_copy(s, span_at(to, rank * to.count, to.count),
                  span_at(from, rank * from.count, from.count));
    for (int i = 1; i < size; i++) {
        int above = (rank + i) % size;
        int below = (rank - i + size) % size;
        schedule_recv(s, span_at(to, below * to.count, to.count), below);
        schedule_send(s, span_at(from, above * from.count, from.count),
                      above);
        schedule_end_round(s);
    }
    return MPI_SUCCESS;
}
