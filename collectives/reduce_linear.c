/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reduction at the root: it receives every contribution and combines them from
 * the highest rank down, which is right for any operation.
 *
 * Cost     1 round; the root receives (P - 1) n bytes into as much memory and
 *          does all the arithmetic
 */
#include "collectives/algorithms.h"

/* Receive rank r's contribution; the one that will hold the result goes to its
 * place at once. */
static struct span receive(struct schedule *s, const struct coll_args *a,
                           int r)
{
    struct span data = a->recv;
    if (r != coll_size(a) - 1 || a->send.address == MPI_IN_PLACE)
        data = schedule_scratch_span(s, a->recv.count, a->recv.type);
    schedule_recv(s, data, r);
    return data;
}

static int reduce_at_root(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const bool is_in_place = a->send.address == MPI_IN_PLACE;
    struct span *part = schedule_scratch(s, (size_t)size * sizeof *part);
    if (!part)
        return MPI_ERR_NO_MEM;
    for (int r = 0; r < size; r++)
        if (r != a->root)
            part[r] = receive(s, a, r);
    part[a->root] = is_in_place ? a->recv : a->send;
    schedule_end_round(s);
    struct span result = part[size - 1];
    if (result.address == a->send.address) {
        schedule_copy(s, a->recv, a->send);
        result = a->recv;
    }
    for (int r = size - 2; r >= 0; r--)
        schedule_reduce(s, a->op, part[r].address, result);
    schedule_copy(s, a->recv, result);
    return MPI_SUCCESS;
}

int reduce_linear(struct schedule *s, const struct coll_args *a)
{
    if (coll_rank(a) == a->root)
        return reduce_at_root(s, a);
    schedule_send(s, a->send, a->root);
    return MPI_SUCCESS;
}
