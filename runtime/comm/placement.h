/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which rank of a topology each rank should be, so that neighbours share
 * nodes.
 */
#ifndef COMM_PLACEMENT_H
#define COMM_PLACEMENT_H

#include <stdbool.h>

struct cart;
struct graph;
struct mpi_comm;

/*
 * Our rank in a grid that has as many ranks as comm; collective over comm.
 * Where all nodes have the same number of ranks and the grid can be cut into
 * boxes of that many, each node gets a box, so that fewest neighbours are parted. Else
 * ranks stay as they are.
 * Errors   MPI_ERR_NO_MEM; as coll_run
 */
int placement_cart(struct mpi_comm *comm, const struct cart *cart, int *rank);

/*
 * The pure part: nodes[r] is the node of rank r, numbered by first appearance;
 * ranks[r] becomes its rank in the grid. False, and nothing is set, when
 * there is no such box.
 */
bool placement_boxes(const struct cart *cart, const int *nodes, int size,
                     int *ranks);

/* The same for a graph, of which all ranks know all edges: nodes are filled one
 * after the other, each time with the vertex that has most edges to those the
 * node has. Ranks stay as they are if that parts no fewer neighbours, and in
 * graphs of more than 4096 vertices, for it takes the square of their number. */
int placement_graph(struct mpi_comm *comm, const struct graph *graph,
                    int *rank);

/* The pure part, as placement_boxes. */
bool placement_grow(const struct graph *graph, const int *nodes, int *ranks);

/* The node of each rank of comm, numbered by first appearance; nodes has room
 * for twice as many. Collective. Errors: as coll_run */
int placement_nodes(struct mpi_comm *comm, int *nodes);

#endif
