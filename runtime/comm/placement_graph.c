/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Growing the parts of a graph that lie on one node, greedily. All ranks do the
 * same with the same graph, so nothing is exchanged but who is where.
 */
#include "runtime/comm/placement.h"

#include <limits.h>
#include <stdlib.h>

#include "runtime/objects/comm.h"
#include "runtime/objects/topology.h"

enum { VERTICES_MAX = 4096, TAKEN = INT_MIN };

/* Edges of vertex v: graph->edges[*begin .. end). */
static int edges_of(const struct graph *g, int v, int *begin)
{
    *begin = v > 0 ? g->index[v - 1] : 0;
    return g->index[v];
}

/* Edges between nodes when vertex v lies on node_at[v]. */
static long count_cuts(const struct graph *g, const int *node_at)
{
    long cuts = 0;
    for (int v = 0; v < g->node_count; v++) {
        int e, end = edges_of(g, v, &e);
        for (; e < end; e++)
            cuts += node_at[v] != node_at[g->edges[e]];
    }
    return cuts;
}

/* The vertex that is not taken and has most links; the first of these. */
static int next_vertex(const int *links, int count)
{
    int best = -1;
    for (int v = 0; v < count; v++)
        if (links[v] != TAKEN && (best < 0 || links[v] > links[best]))
            best = v;
    return best;
}

/* Let each rank of this node take a vertex. */
static void fill(const struct graph *g, int node, const int *nodes, int *links,
                 int *ranks)
{
    for (int v = 0; v < g->node_count; v++)
        if (links[v] != TAKEN)
            links[v] = 0;
    for (int r = 0; r < g->node_count; r++) {
        if (nodes[r] != node)
            continue;
        const int v = next_vertex(links, g->node_count);
        ranks[r] = v;
        links[v] = TAKEN;
        int e, end = edges_of(g, v, &e);
        for (; e < end; e++)
            if (links[g->edges[e]] != TAKEN)
                links[g->edges[e]]++;
    }
}

bool placement_grow(const struct graph *g, const int *nodes, int *ranks)
{
    const int count = g->node_count;
    int *links = calloc(2 * (size_t)count, sizeof *links);
    if (!links)
        return false;
    int *node_at = links + count, node_count = 0;
    for (int r = 0; r < count; r++)
        if (nodes[r] >= node_count)
            node_count = nodes[r] + 1;
    for (int node = 0; node < node_count; node++)
        fill(g, node, nodes, links, ranks);
    for (int r = 0; r < count; r++)
        node_at[ranks[r]] = nodes[r];
    const bool is_better = count_cuts(g, node_at) < count_cuts(g, nodes);
    free(links);
    return is_better;
}

int placement_graph(struct mpi_comm *comm, const struct graph *graph, int *rank)
{
    const int size = comm->size;
    *rank = comm->rank;
    if (graph->node_count != size || size > VERTICES_MAX)
        return MPI_SUCCESS;
    int *nodes = malloc(3 * (size_t)size * sizeof *nodes);
    if (!nodes)
        return MPI_ERR_NO_MEM;
    int *ranks = nodes + 2 * size;
    int err = placement_nodes(comm, nodes);
    if (err == MPI_SUCCESS && placement_grow(graph, nodes, ranks))
        *rank = ranks[comm->rank];
    free(nodes);
    return err;
}
