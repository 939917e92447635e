/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allgather by neighbour exchange, for an even P: pairs of neighbours on a
 * ring exchange, in turn with the one and the other, the two blocks they got
 * last. Half as many rounds as a ring. Blocks may not differ.
 *
 * Cost     P / 2 rounds; each rank sends and receives n (P - 1) bytes
 * Source   Chen, Zhang, Zhang, Yuan 2005, doi:10.1109/CLUSTR.2005.347035
 */
#include "collectives/algorithms.h"

bool allgather_neighbor_exchange_suits(const struct coll_args *a)
{
    return coll_size(a) % 2 == 0;
}

static struct span pair_at(const struct coll_args *a, int first)
{
    return span_at(a->recv, first * a->recv.count, 2 * a->recv.count);
}

int allgather_neighbor_exchange(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a), rank = coll_rank(a);
    const bool is_even = rank % 2 == 0;
    /* Of odd rounds and of even ones: with whom, and which pair comes next. */
    const int partner[2] = {
        (rank + (is_even ? 1 : -1) + size) % size,
        (rank + (is_even ? -1 : 1) + size) % size };
    const int step[2] = { is_even ? 2 : -2, is_even ? -2 : 2 };
    const int own = is_even ? rank : rank - 1; /* our pair */
    int last = own, next[2] = { own, own };
    if (a->send.address != MPI_IN_PLACE)
        schedule_copy(s, coll_recv_block(a, rank), a->send);
    schedule_recv(s, coll_recv_block(a, partner[0]), partner[0]);
    schedule_send(s, coll_recv_block(a, rank), partner[0]);
    schedule_end_round(s);
    for (int i = 1; i < size / 2; i++) {
        const int turn = i % 2;
        next[turn] = (next[turn] + step[turn] + size) % size;
        schedule_recv(s, pair_at(a, next[turn]), partner[turn]);
        schedule_send(s, pair_at(a, last), partner[turn]);
        schedule_end_round(s);
        last = next[turn];
    }
    return MPI_SUCCESS;
}
