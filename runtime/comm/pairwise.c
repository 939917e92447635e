/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of the internal channel; partitioned sends have its lower tags.
 */
#include "runtime/comm/pairwise.h"

#include "runtime/comm/context_id.h"
#include "runtime/objects/group.h"
#include "runtime/p2p/exchange.h"
#include "runtime/p2p/p2p.h"

enum { HIGHEST_TAG = -1000, TAGS = 1 << 29 };

static struct message make_message(struct mpi_comm *comm, int rank, int tag)
{
    return (struct message){
        .type = datatype_find(MPI_BYTE),
        .peer = rank,
        .tag = HIGHEST_TAG - tag % TAGS,
        .comm = comm,
        .channel = CHANNEL_INTERNAL,
        .mode = SEND_STANDARD,
    };
}

int pairwise_exchange(struct mpi_comm *comm, int rank, int tag,
                      const struct pairwise *data)
{
    struct message out = make_message(comm, rank, tag), in = out;
    out.buffer = (void *)(uintptr_t)data->out;
    out.count = (MPI_Count)data->out_bytes;
    in.buffer = data->in;
    in.count = (MPI_Count)data->in_bytes;
    return exchange_run(&out, &in, MPI_STATUS_IGNORE);
}

static int send_mask(struct message m, const struct context_mask *mask)
{
    m.buffer = (void *)(uintptr_t)mask;
    m.count = sizeof *mask;
    return p2p_send(&m);
}

static int recv_mask(struct message m, struct context_mask *mask)
{
    m.buffer = mask;
    m.count = sizeof *mask;
    return p2p_recv(&m, MPI_STATUS_IGNORE);
}

/* Rank in comm of a rank of the group. */
static int peer_of(const struct mpi_comm *comm, const struct mpi_group *group,
                   int rank)
{
    for (int i = 0; i < comm->peer_count; i++)
        if (comm->worlds[i] == group->worlds[rank])
            return i;
    return MPI_PROC_NULL;
}

int pairwise_and(struct mpi_comm *parent, const struct mpi_group *group,
                 int tag, struct context_mask *mask)
{
    const int rank = group->rank, size = group->size;
    int err = MPI_SUCCESS, step = 1;
    for (; step < size && !(rank & step) && err == MPI_SUCCESS; step *= 2) {
        struct context_mask other;
        if (rank + step >= size)
            continue;
        int child = peer_of(parent, group, rank + step);
        err = recv_mask(make_message(parent, child, tag), &other);
        if (err == MPI_SUCCESS)
            context_mask_and(mask, &other);
    }
    if (rank > 0 && err == MPI_SUCCESS) {
        int above = peer_of(parent, group, rank - step);
        err = send_mask(make_message(parent, above, tag), mask);
        if (err == MPI_SUCCESS)
            err = recv_mask(make_message(parent, above, tag), mask);
    }
    for (step /= 2; step > 0 && err == MPI_SUCCESS; step /= 2)
        if (rank + step < size)
            err = send_mask(make_message(parent, peer_of(parent, group,
                                                         rank + step), tag),
                            mask);
    return err;
}
