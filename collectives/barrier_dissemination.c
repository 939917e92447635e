/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Barrier by dissemination: in round k every rank tells the one 2^k above it,
 * so after the last round it has heard, directly or not, of all.
 *
 * Cost     ceil(log2 P) rounds of empty messages
 * Source   Hensgen, Finkel, Manber 1988, doi:10.1007/BF01379320
 */
#include "collectives/algorithms.h"

int barrier_dissemination(struct schedule *s, const struct coll_args *a)
{
    const int rank = coll_rank(a);
    const int size = coll_size(a);
    const struct span nothing = span_packed(NULL, 0);
    for (int distance = 1; distance < size; distance <<= 1) {
        schedule_recv(s, nothing, (rank - distance + size) % size);
        schedule_send(s, nothing, (rank + distance) % size);
        schedule_end_round(s);
    }
    return MPI_SUCCESS;
}
