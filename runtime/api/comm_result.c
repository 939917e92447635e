/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ends of functions that make communicators.
 */
#include "runtime/api/comm_result.h"

#include "runtime/api/api.h"
#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/base/status.h"
#include "runtime/objects/group.h"
#include "runtime/objects/topology.h"

int comm_give(struct mpi_comm *made, MPI_Comm *out)
{
    if (!made) {
        *out = MPI_COMM_NULL;
        return MPI_SUCCESS;
    }
    int err = handle_add(&made->object);
    if (err != MPI_SUCCESS)
        comm_release(made);
    else
        *out = comm_handle(made);
    return err;
}

int comm_result(struct mpi_comm *c, int err, struct mpi_comm *made,
                MPI_Comm *out, const char *function)
{
    if (err == MPI_SUCCESS)
        err = comm_give(made, out);
    else if (out)
        *out = MPI_COMM_NULL;
    return api_result(c, err, function);
}

int comm_result_topology(struct mpi_comm *c, int err, struct mpi_comm *made,
                         struct topology *t, MPI_Comm *out,
                         const char *function)
{
    if (err == MPI_SUCCESS && made)
        made->topology = topology_retain(t);
    topology_release(t);
    return comm_result(c, err, made, out, function);
}

void comm_enter(void)
{
    status_enter(library.process->status, CALL_COMM, MPI_ANY_SOURCE,
                 MPI_ANY_TAG, 0);
}

void comm_leave(void)
{
    status_leave(library.process->status);
}

int string_tag(const char *text)
{
    uint32_t hash = 2166136261u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return (int)(hash >> 3);
}

int check_subset(const struct mpi_comm *c, const struct mpi_group *g)
{
    for (int i = 0; i < g->size; i++) {
        int k = 0;
        while (k < c->size && c->group->worlds[k] != g->worlds[i])
            k++;
        if (k == c->size)
            return error_make(MPI_ERR_GROUP, "rank %d of the group is not in "
                              "the communicator", i);
    }
    return MPI_SUCCESS;
}

static const char *kind_name(int kind)
{
    switch (kind) {
    case MPI_CART:
        return "Cartesian";
    case MPI_GRAPH:
        return "graph";
    default:
        return "distributed graph";
    }
}

int check_topology(const struct mpi_comm *c, int kind)
{
    if (c->topology && c->topology->kind == kind)
        return MPI_SUCCESS;
    if (c->topology)
        return error_make(MPI_ERR_TOPOLOGY, "the communicator's topology is a "
                          "%s one, not a %s one",
                          kind_name(c->topology->kind), kind_name(kind));
    return error_make(MPI_ERR_TOPOLOGY, "the communicator has no topology");
}

int check_member(int rank, const struct mpi_comm *c)
{
    if (rank >= 0 && rank < c->size)
        return MPI_SUCCESS;
    return error_make(MPI_ERR_RANK, "rank %d is not in the communicator, which "
                      "has %d ranks", rank, c->size);
}
