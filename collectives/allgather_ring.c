/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allgather around a ring: in each round a rank passes the block it received
 * last to its right neighbour. No copies but one of its own block. Blocks may
 * differ.
 *
 * Cost     P - 1 rounds; each rank sends and receives n (P - 1) bytes
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"

int allgather_ring(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    if (a->send.address != MPI_IN_PLACE)
        schedule_copy(s, coll_recv_block(a, rank), a->send);
    for (int i = 0; i < size - 1; i++) {
        int out = (rank - i + size) % size;
        int in = (rank - i - 1 + size) % size;
        schedule_recv(s, coll_recv_block(a, in), (rank - 1 + size) % size);
        schedule_send(s, coll_recv_block(a, out), (rank + 1) % size);
        schedule_end_round(s);
    }
    return MPI_SUCCESS;
}
