/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allreduce around a ring: the elements are cut into P blocks; each travels
 * the ring once, gathering all contributions, and once more as a result. A
 * contribution is combined straight from the send buffer, so no memory is
 * needed but one block when the operation is in place.
 *
 * Block b starts at rank b + 1 and is complete at rank b, so operands meet out
 * of rank order: op must commute. Blocks are cut at elements, so all ranks
 * must count alike: predefined types and operations.
 *
 * Cost     2 (P - 1) rounds; each rank sends and receives 2 n (P - 1) / P
 *          bytes, the least possible
 * Source   Patarasuk, Yuan 2009, doi:10.1016/j.jpdc.2008.09.002
 */
#include "collectives/algorithms.h"

/* Block b of the P blocks of `whole`; sizes differ by one element at most. */
static struct span block_of(struct span whole, int b, int size)
{
    MPI_Count begin = whole.count * b / size;
    MPI_Count end = whole.count * (b + 1) / size;
    return span_at(whole, begin, end - begin);
}

/* After it, block `rank` of recv is the result. */
static void reduce_scatter(struct schedule *s, const struct coll_args *a,
                           struct span spare)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    const int right = (rank + 1) % size;
    const int left = (rank - 1 + size) % size;
    const bool is_in_place = a->send.address == MPI_IN_PLACE;
    const struct span own = is_in_place ? a->recv : a->send;
    for (int i = 1; i < size; i++) {
        int out = (rank - i + size) % size;
        int in = (rank - i - 1 + size + size) % size;
        struct span target = block_of(a->recv, in, size);
        struct span arrived = is_in_place ? spare : target;
        arrived.count = target.count;
        schedule_recv(s, arrived, left);
        schedule_send(s, block_of(i == 1 ? own : a->recv, out, size), right);
        schedule_end_round(s);
        const void *operand = is_in_place ? spare.address
                                          : block_of(own, in, size).address;
        schedule_reduce(s, a->op, operand, target);
    }
}

static void allgather(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    const int right = (rank + 1) % size;
    const int left = (rank - 1 + size) % size;
    for (int i = 0; i < size - 1; i++) {
        int out = (rank - i + size) % size;
        int in = (rank - i - 1 + size + size) % size;
        schedule_recv(s, block_of(a->recv, in, size), left);
        schedule_send(s, block_of(a->recv, out, size), right);
        schedule_end_round(s);
    }
}

int allreduce_ring(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    struct span spare = { NULL, 0, a->recv.type };
    if (size == 1) {
        if (a->send.address != MPI_IN_PLACE)
            schedule_copy(s, a->recv, a->send);
        return MPI_SUCCESS;
    }
    if (a->send.address == MPI_IN_PLACE)
        spare = schedule_scratch_span(s, a->recv.count / size + 1,
                                      a->recv.type);
    reduce_scatter(s, a, spare);
    allgather(s, a);
    return MPI_SUCCESS;
}
