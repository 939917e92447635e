/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allgather after Bruck: as recursive doubling, but for any P. Blocks are
 * collected in packed form in the order of ranks from ours upwards, and
 * rotated into place at the end.
 *
 * Cost     ceil(log2 P) rounds; each rank sends and receives n (P - 1) bytes
 *          and copies n P
 * Source   Bruck, Ho, Kipnis, Upfal, Weathersby 1997, doi:10.1109/71.642949
 */
#include "collectives/algorithms.h"

int allgather_bruck(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    const MPI_Count count = a->recv.count;
    const size_t block = span_bytes(a->recv);
    char *data = schedule_scratch(s, (size_t)size * block);
    if (!data)
        return MPI_ERR_NO_MEM;
    schedule_copy(s, span_packed(data, block),
                  a->send.address == MPI_IN_PLACE
                      ? span_at(a->recv, rank * count, count)
                      : a->send);
    for (int have = 1; have < size; have <<= 1) {
        int more = have < size - have ? have : size - have;
        size_t bytes = (size_t)more * block;
        schedule_recv(s, span_packed(data + (size_t)have * block, bytes),
                      (rank + have) % size);
        schedule_send(s, span_packed(data, bytes),
                      (rank - have + size) % size);
        schedule_end_round(s);
    }
    size_t split = (size_t)(size - rank) * block;
    schedule_copy(s, span_at(a->recv, rank * count, (size - rank) * count),
                  span_packed(data, split));
    schedule_copy(s, span_at(a->recv, 0, rank * count),
                  span_packed(data + split, (size_t)rank * block));
    return MPI_SUCCESS;
}
