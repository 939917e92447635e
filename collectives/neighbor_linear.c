/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbourhood collectives, all messages at once.
 *
 * Two ranks may be neighbours more than once; their messages then meet in
 * order. On a grid that goes round in one or two ranks, both neighbours of a
 * dimension are one rank, and what it sends down comes in from above: the
 * receives of a dimension are added the upper one first.
 *
 * Cost     1 round of a message for each edge, no copies
 * Source   MPI 5.0, 8.6
 */
#include "collectives/algorithms.h"
#include "collectives/neighbors.h"
#include "runtime/objects/topology.h"

/* The receive to add as i-th. */
static int turn(const struct mpi_comm *comm, int i)
{
    return comm->topology->kind == MPI_CART ? i ^ 1 : i;
}

int neighbor_linear(struct schedule *s, const struct coll_args *a)
{
    const bool sends_one = a->kind == COLL_NEIGHBOR_ALLGATHER ||
                           a->kind == COLL_NEIGHBOR_ALLGATHERV;
    const int sources = neighbors_source_count(a->comm);
    const int destinations = neighbors_destination_count(a->comm);
    for (int i = 0; i < sources; i++) {
        const int slot = turn(a->comm, i);
        const int rank = neighbors_source(a->comm, slot);
        if (rank != MPI_PROC_NULL)
            schedule_recv(s, coll_recv_block(a, slot), rank);
    }
    for (int i = 0; i < destinations; i++) {
        const int rank = neighbors_destination(a->comm, i);
        if (rank != MPI_PROC_NULL)
            schedule_send(s, sends_one ? a->send : coll_send_block(a, i),
                          rank);
    }
    return MPI_SUCCESS;
}
