/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One view of the three kinds of topologies.
 */
#include "collectives/neighbors.h"

#include "runtime/objects/topology.h"

/* First of this rank's edges in a graph, and one past the last. */
static int edges_begin(const struct mpi_comm *comm)
{
    return comm->rank == 0 ? 0 : comm->topology->graph.index[comm->rank - 1];
}

static int edges_end(const struct mpi_comm *comm)
{
    return comm->topology->graph.index[comm->rank];
}

int neighbors_source_count(const struct mpi_comm *comm)
{
    const struct topology *t = comm->topology;
    switch (t->kind) {
    case MPI_CART:
        return 2 * t->cart.ndims;
    case MPI_GRAPH:
        return edges_end(comm) - edges_begin(comm);
    default:
        return t->dist.in_count;
    }
}

int neighbors_destination_count(const struct mpi_comm *comm)
{
    const struct topology *t = comm->topology;
    return t->kind == MPI_DIST_GRAPH ? t->dist.out_count
                                     : neighbors_source_count(comm);
}

/* The distance of a dimension's neighbours in ranks is the product of the
 * later dimensions. */
static int grid_neighbor(const struct mpi_comm *comm, int i)
{
    const struct cart *c = &comm->topology->cart;
    const int d = i / 2, by = i % 2 ? 1 : -1;
    int stride = 1;
    for (int later = d + 1; later < c->ndims; later++)
        stride *= c->dims[later];
    const int at = comm->rank / stride % c->dims[d];
    if (at + by >= 0 && at + by < c->dims[d])
        return comm->rank + by * stride;
    if (!c->periods[d])
        return MPI_PROC_NULL;
    return comm->rank - by * (c->dims[d] - 1) * stride;
}

int neighbors_source(const struct mpi_comm *comm, int i)
{
    const struct topology *t = comm->topology;
    switch (t->kind) {
    case MPI_CART:
        return grid_neighbor(comm, i);
    case MPI_GRAPH:
        return t->graph.edges[edges_begin(comm) + i];
    default:
        return t->dist.sources[i];
    }
}

int neighbors_destination(const struct mpi_comm *comm, int i)
{
    const struct topology *t = comm->topology;
    return t->kind == MPI_DIST_GRAPH ? t->dist.destinations[i]
                                     : neighbors_source(comm, i);
}
