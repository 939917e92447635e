/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which rank of a topology each rank should be, so that neighbours share
 * nodes.
 */
#ifndef COMM_PLACEMENT_H
#define COMM_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>

struct cart;
struct graph;
struct mpi_comm;

/* Of a graph; source -1: none, as in a list that was padded. */
struct edge {
    int source;
    int destination;
    int weight;
};

/*
 * Our rank in a grid that has as many ranks as comm. Where all nodes have the
 * same number of ranks and the grid can be cut into boxes of that many, each
 * node gets a box, so that fewest neighbours are parted. Else ranks stay as
 * they are. No messages: all ranks know where all are.
 * Errors   MPI_ERR_NO_MEM
 */
int placement_cart(struct mpi_comm *comm, const struct cart *cart, int *rank);

/*
 * The pure part: nodes[r] is the node of rank r, numbered by first appearance;
 * ranks[r] becomes its rank in the grid. False, and nothing is set, when
 * there is no such box.
 */
bool placement_boxes(const struct cart *cart, const int *nodes, int size,
                     int *ranks);

/*
 * The same for a graph, of which all ranks know all edges: nodes are filled one
 * after the other, each time with the vertex whose edges to those the node has
 * weigh most. Ranks stay as they are if that parts no less weight, and where
 * placement_is_possible is false.
 */
int placement_graph(struct mpi_comm *comm, const struct graph *graph,
                    int *rank);

/* As placement_graph for a list of edges, to be looked at from both ends. */
int placement_edges(struct mpi_comm *comm, const struct edge *edges,
                    size_t count, int *rank);

/* Are there several nodes, and few enough ranks for a way that takes the square
 * of their number (4096)? Equal at all ranks. */
bool placement_is_possible(struct mpi_comm *comm);

/* The pure part, as placement_boxes; weights belong to graph->edges, NULL: all
 * edges weigh the same. */
bool placement_grow(const struct graph *graph, const int *weights,
                    const int *nodes, int *ranks);

#endif
