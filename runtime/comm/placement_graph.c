/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Growing the parts of a graph that lie on one node, greedily. All ranks do the
 * same with the same graph, so nothing is exchanged.
 */
#include "runtime/comm/placement.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "collectives/places.h"
#include "runtime/objects/topology.h"

enum { VERTICES_MAX = 4096, TAKEN = -1 };

/* Edges of vertex v: graph->edges[*begin .. end). */
static int edges_of(const struct graph *g, int v, int *begin)
{
    *begin = v > 0 ? g->index[v - 1] : 0;
    return g->index[v];
}

/* The weight of edges between nodes when vertex v lies on node_at[v]. */
static long long count_cuts(const struct graph *g, const int *weights,
                            const int *node_at)
{
    long long cuts = 0;
    for (int v = 0; v < g->node_count; v++) {
        int e, end = edges_of(g, v, &e);
        for (; e < end; e++)
            if (node_at[v] != node_at[g->edges[e]])
                cuts += weights ? weights[e] : 1;
    }
    return cuts;
}

/* The vertex that is not taken and has the strongest links; the first of
 * these. */
static int next_vertex(const long long *links, int count)
{
    int best = -1;
    for (int v = 0; v < count; v++)
        if (links[v] != TAKEN && (best < 0 || links[v] > links[best]))
            best = v;
    return best;
}

/* What is known while nodes are filled. */
struct growth {
    const struct graph *graph;
    const int *weights;
    const int *nodes; /* of each rank */
    long long *links; /* of each vertex, with those on this node */
    int *ranks;       /* found so far */
};

/* Let each rank of this node take a vertex. */
static void fill(const struct growth *w, int node)
{
    const struct graph *g = w->graph;
    for (int v = 0; v < g->node_count; v++)
        if (w->links[v] != TAKEN)
            w->links[v] = 0;
    for (int r = 0; r < g->node_count; r++) {
        if (w->nodes[r] != node)
            continue;
        const int v = next_vertex(w->links, g->node_count);
        w->ranks[r] = v;
        w->links[v] = TAKEN;
        int e, end = edges_of(g, v, &e);
        for (; e < end; e++)
            if (w->links[g->edges[e]] != TAKEN)
                w->links[g->edges[e]] += w->weights ? w->weights[e] : 1;
    }
}

bool placement_grow(const struct graph *g, const int *weights,
                    const int *nodes, int *ranks)
{
    const int count = g->node_count;
    long long *links = calloc((size_t)count, sizeof *links);
    int *node_at = malloc((size_t)count * sizeof *node_at);
    int node_count = 0;
    bool is_better = false;
    for (int r = 0; r < count; r++)
        if (nodes[r] >= node_count)
            node_count = nodes[r] + 1;
    if (links && node_at) {
        const struct growth w = { g, weights, nodes, links, ranks };
        for (int node = 0; node < node_count; node++)
            fill(&w, node);
        for (int r = 0; r < count; r++)
            node_at[ranks[r]] = nodes[r];
        is_better = count_cuts(g, weights, node_at) <
                    count_cuts(g, weights, nodes);
    }
    free(links);
    free(node_at);
    return is_better;
}

bool placement_is_possible(struct mpi_comm *comm)
{
    return comm->size <= VERTICES_MAX && places_of(comm);
}

static int place(struct mpi_comm *comm, const struct graph *graph,
                 const int *weights, int *rank)
{
    int *ranks = malloc((size_t)comm->size * sizeof *ranks);
    if (!ranks)
        return MPI_ERR_NO_MEM;
    if (placement_grow(graph, weights, places_of(comm)->nodes, ranks))
        *rank = ranks[comm->rank];
    free(ranks);
    return MPI_SUCCESS;
}

int placement_graph(struct mpi_comm *comm, const struct graph *graph, int *rank)
{
    *rank = comm->rank;
    if (graph->node_count != comm->size || !placement_is_possible(comm))
        return MPI_SUCCESS;
    return place(comm, graph, NULL, rank);
}

/* Give each vertex the edges at it, each edge to both its ends. */
static void sort_edges(const struct edge *edges, size_t count, struct graph *g,
                       int *weights)
{
    int *begin = g->index; /* moves on to the end while edges are put */
    memset(begin, 0, (size_t)g->node_count * sizeof *begin);
    for (size_t i = 0; i < count; i++)
        if (edges[i].source >= 0) {
            begin[edges[i].source]++;
            begin[edges[i].destination]++;
        }
    int sum = 0;
    for (int v = 0; v < g->node_count; v++) {
        const int degree = begin[v];
        begin[v] = sum;
        sum += degree;
    }
    for (size_t i = 0; i < count; i++)
        for (int end = 0; end < 2 && edges[i].source >= 0; end++) {
            const int from = end ? edges[i].destination : edges[i].source;
            const int at = begin[from]++;
            g->edges[at] = end ? edges[i].source : edges[i].destination;
            weights[at] = edges[i].weight;
        }
    g->edge_count = sum;
}

int placement_edges(struct mpi_comm *comm, const struct edge *edges,
                    size_t count, int *rank)
{
    *rank = comm->rank;
    if (!placement_is_possible(comm) || count > INT_MAX / 2)
        return MPI_SUCCESS;
    const size_t vertices = (size_t)comm->size;
    int *room = malloc((vertices + 4 * count) * sizeof *room);
    if (!room)
        return MPI_ERR_NO_MEM;
    int *weights = room + vertices;
    struct graph g = { .node_count = comm->size, .index = room,
                       .edges = weights + 2 * count };
    sort_edges(edges, count, &g, weights);
    int err = place(comm, &g, weights, rank);
    free(room);
    return err;
}
