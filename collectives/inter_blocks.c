/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocks between two groups: every one goes straight from its place to its
 * place. Nothing is sent for an empty one.
 *
 * Cost     1 round; a rank sends and receives a message for each block it has
 *          for, or from, the remote group; no copies
 */
#include "collectives/inter.h"

static void send_if_any(struct schedule *s, struct span data, int rank)
{
    if (span_bytes(data) > 0)
        schedule_send(s, data, rank);
}

static void recv_if_any(struct schedule *s, struct span data, int rank)
{
    if (span_bytes(data) > 0)
        schedule_recv(s, data, rank);
}

int inter_gather(struct schedule *s, const struct coll_args *a)
{
    if (a->root == MPI_ROOT)
        for (int r = 0; r < a->comm->peer_count; r++)
            recv_if_any(s, coll_recv_block(a, r), r);
    else if (a->root != MPI_PROC_NULL)
        send_if_any(s, a->send, a->root);
    return MPI_SUCCESS;
}

int inter_scatter(struct schedule *s, const struct coll_args *a)
{
    if (a->root == MPI_ROOT)
        for (int r = 0; r < a->comm->peer_count; r++)
            send_if_any(s, coll_send_block(a, r), r);
    else if (a->root != MPI_PROC_NULL)
        recv_if_any(s, a->recv, a->root);
    return MPI_SUCCESS;
}

/* Every rank begins with another partner. */
static int exchange(struct schedule *s, const struct coll_args *a,
                    bool sends_one)
{
    const int peers = a->comm->peer_count;
    const int first = a->comm->rank % peers;
    for (int i = 0; i < peers; i++) {
        const int r = (first + i) % peers;
        recv_if_any(s, coll_recv_block(a, r), r);
    }
    for (int i = 0; i < peers; i++) {
        const int r = (first + i) % peers;
        send_if_any(s, sends_one ? a->send : coll_send_block(a, r), r);
    }
    return MPI_SUCCESS;
}

int inter_allgather(struct schedule *s, const struct coll_args *a)
{
    return exchange(s, a, true);
}

int inter_alltoall(struct schedule *s, const struct coll_args *a)
{
    return exchange(s, a, false);
}
