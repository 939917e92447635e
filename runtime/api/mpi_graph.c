/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Graph topologies, in which all ranks know all edges, and MPI_Topo_test (MPI
 * 5.0, 8.5.3 to 8.5.5).
 */
#include "runtime/api/api.h"

#include <string.h>

#include "runtime/api/check.h"
#include "runtime/api/comm_result.h"
#include "runtime/base/error.h"
#include "runtime/comm/comm.h"
#include "runtime/comm/placement.h"
#include "runtime/objects/topology.h"

static int check_index(int nodes, const int *index)
{
    for (int i = 0; i < nodes; i++)
        if (index[i] < (i > 0 ? index[i - 1] : 0))
            return error_make(MPI_ERR_ARG, "index[%d] is %d: the numbers of "
                              "edges add up and do not decrease", i, index[i]);
    return MPI_SUCCESS;
}

static int check_edges(int nodes, int count, const int *edges)
{
    for (int i = 0; i < count; i++)
        if (edges[i] < 0 || edges[i] >= nodes)
            return error_make(MPI_ERR_ARG, "edges[%d] is %d, which is none of "
                              "the %d nodes", i, edges[i], nodes);
    return MPI_SUCCESS;
}

static int check_graph(const struct mpi_comm *c, int nodes, const int *index,
                       const int *edges)
{
    int err = check_intra(c);
    if (err == MPI_SUCCESS && (nodes < 0 || nodes > c->size))
        err = error_make(MPI_ERR_ARG, "%d nodes for a communicator of %d ranks",
                         nodes, c->size);
    if (err == MPI_SUCCESS && nodes > 0)
        err = check_pointer(index, "index");
    if (err == MPI_SUCCESS)
        err = check_index(nodes, index);
    const int count = err == MPI_SUCCESS && nodes > 0 ? index[nodes - 1] : 0;
    if (err == MPI_SUCCESS && count > 0)
        err = check_pointer(edges, "edges");
    return err == MPI_SUCCESS ? check_edges(nodes, count, edges) : err;
}

/* The first ranks of c, or the best order of all, with this topology. */
static int create_graph(struct mpi_comm *c, bool may_reorder,
                        const struct topology *t, struct mpi_comm **out)
{
    int place = c->rank;
    if (may_reorder) {
        int err = placement_graph(c, &t->graph, &place);
        if (err != MPI_SUCCESS)
            return err;
    }
    return comm_split(c, place < t->graph.node_count ? 0 : MPI_UNDEFINED,
                      place, out);
}

PROFILE(MPI_Graph_create);
int MPI_Graph_create(MPI_Comm comm_old, int nnodes, const int indx[],
                     const int edges[], int reorder, MPI_Comm *comm_graph)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL, *made = NULL;
    struct topology *t = NULL;
    int err = check_comm(comm_old, &c);
    if (err == MPI_SUCCESS)
        err = check_graph(c, nnodes, indx, edges);
    if (err == MPI_SUCCESS)
        err = check_pointer(comm_graph, "comm_graph");
    if (err == MPI_SUCCESS)
        err = topology_create_graph(nnodes, indx, edges, &t);
    if (err == MPI_SUCCESS)
        err = create_graph(c, reorder != 0, t, &made);
    return comm_result_topology(c, err, made, t, comm_graph,
                                "MPI_Graph_create");
}

PROFILE(MPI_Graph_map);
int MPI_Graph_map(MPI_Comm comm, int nnodes, const int indx[],
                  const int edges[], int *newrank)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct graph graph = {
        .node_count = nnodes, .index = (int *)(uintptr_t)indx,
        .edges = (int *)(uintptr_t)edges,
    };
    int place = 0;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_graph(c, nnodes, indx, edges);
    if (err == MPI_SUCCESS)
        err = check_pointer(newrank, "newrank");
    if (err == MPI_SUCCESS)
        err = placement_graph(c, &graph, &place);
    if (err == MPI_SUCCESS)
        *newrank = place < nnodes ? place : MPI_UNDEFINED;
    return api_result(c, err, "MPI_Graph_map");
}

static int check_has_graph(MPI_Comm comm, struct mpi_comm **c,
                           const struct graph **graph)
{
    int err = check_comm(comm, c);
    if (err == MPI_SUCCESS)
        err = check_topology(*c, MPI_GRAPH);
    if (err == MPI_SUCCESS)
        *graph = &(*c)->topology->graph;
    return err;
}

PROFILE(MPI_Graphdims_get);
int MPI_Graphdims_get(MPI_Comm comm, int *nnodes, int *nedges)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct graph *graph;
    int err = check_has_graph(comm, &c, &graph);
    if (err == MPI_SUCCESS)
        err = check_pointer(nnodes, "nnodes");
    if (err == MPI_SUCCESS)
        err = check_pointer(nedges, "nedges");
    if (err == MPI_SUCCESS) {
        *nnodes = graph->node_count;
        *nedges = graph->edge_count;
    }
    return api_result(c, err, "MPI_Graphdims_get");
}

static int check_room(int room, int needed, const char *what)
{
    if (room >= needed)
        return MPI_SUCCESS;
    return error_make(MPI_ERR_ARG, "room for %d of %d %s", room, needed, what);
}

PROFILE(MPI_Graph_get);
int MPI_Graph_get(MPI_Comm comm, int maxindex, int maxedges, int indx[],
                  int edges[])
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct graph *graph;
    int err = check_has_graph(comm, &c, &graph);
    if (err == MPI_SUCCESS)
        err = check_room(maxindex, graph->node_count, "nodes");
    if (err == MPI_SUCCESS)
        err = check_room(maxedges, graph->edge_count, "edges");
    if (err == MPI_SUCCESS && graph->node_count > 0)
        err = check_pointer(indx, "index");
    if (err == MPI_SUCCESS && graph->edge_count > 0)
        err = check_pointer(edges, "edges");
    if (err == MPI_SUCCESS && graph->node_count > 0)
        memcpy(indx, graph->index, (size_t)graph->node_count * sizeof *indx);
    if (err == MPI_SUCCESS && graph->edge_count > 0)
        memcpy(edges, graph->edges, (size_t)graph->edge_count * sizeof *edges);
    return api_result(c, err, "MPI_Graph_get");
}

/* The edges of a rank. */
static int find_neighbours(const struct mpi_comm *c, const struct graph *graph,
                           int rank, const int **first, int *count)
{
    int err = check_member(rank, c);
    if (err != MPI_SUCCESS)
        return err;
    const int start = rank > 0 ? graph->index[rank - 1] : 0;
    *first = graph->edges + start;
    *count = graph->index[rank] - start;
    return MPI_SUCCESS;
}

PROFILE(MPI_Graph_neighbors_count);
int MPI_Graph_neighbors_count(MPI_Comm comm, int rank, int *nneighbors)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct graph *graph;
    const int *first;
    int count = 0;
    int err = check_has_graph(comm, &c, &graph);
    if (err == MPI_SUCCESS)
        err = find_neighbours(c, graph, rank, &first, &count);
    if (err == MPI_SUCCESS)
        err = check_pointer(nneighbors, "nneighbors");
    if (err == MPI_SUCCESS)
        *nneighbors = count;
    return api_result(c, err, "MPI_Graph_neighbors_count");
}

PROFILE(MPI_Graph_neighbors);
int MPI_Graph_neighbors(MPI_Comm comm, int rank, int maxneighbors,
                        int neighbors[])
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct graph *graph;
    const int *first;
    int count = 0;
    int err = check_has_graph(comm, &c, &graph);
    if (err == MPI_SUCCESS)
        err = find_neighbours(c, graph, rank, &first, &count);
    if (err == MPI_SUCCESS && maxneighbors < 0)
        err = check_room(maxneighbors, count, "neighbours");
    if (err == MPI_SUCCESS && count > maxneighbors)
        count = maxneighbors;
    if (err == MPI_SUCCESS && count > 0)
        err = check_pointer(neighbors, "neighbors");
    if (err == MPI_SUCCESS && count > 0)
        memcpy(neighbors, first, (size_t)count * sizeof *neighbors);
    return api_result(c, err, "MPI_Graph_neighbors");
}

PROFILE(MPI_Topo_test);
int MPI_Topo_test(MPI_Comm comm, int *status)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_pointer(status, "status");
    if (err == MPI_SUCCESS)
        *status = c->topology ? c->topology->kind : MPI_UNDEFINED;
    return api_result(c, err, "MPI_Topo_test");
}
