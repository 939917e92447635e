/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtual topologies: which rank is whose neighbour (MPI 5.0, chapter 8).
 * Constant once made; shared by reference, with copies of a communicator.
 */
#ifndef OBJECTS_TOPOLOGY_H
#define OBJECTS_TOPOLOGY_H

#include <stdbool.h>

#include <mpi.h>

struct cart {
    int ndims;
    int *dims;
    int *periods;
};

/* Of all ranks, so every rank knows every other's neighbours. */
struct graph {
    int node_count;
    int edge_count;
    int *index;  /* of the node, the end of its edges */
    int *edges;
};

/* Of this rank alone. */
struct dist_graph {
    int in_count, out_count;
    bool is_weighted;
    int *sources, *source_weights;
    int *destinations, *dest_weights;
};

struct topology {
    int references;
    int kind; /* MPI_CART, MPI_GRAPH, MPI_DIST_GRAPH: one of these */
    struct cart cart;
    struct graph graph;
    struct dist_graph dist;
};

/* Each copies its arrays. Errors: MPI_ERR_NO_MEM */
int topology_create_cart(int ndims, const int *dims, const int *periods,
                         struct topology **out);
int topology_create_graph(int nodes, const int *index, const int *edges,
                          struct topology **out);
int topology_create_dist(const struct dist_graph *d, struct topology **out);

/* Both are harmless on NULL; retain returns t. */
struct topology *topology_retain(struct topology *t);
void topology_release(struct topology *t);

/* The ranks of a grid: MPI_UNDEFINED overflowing, else the product. */
int cart_size(int ndims, const int *dims);

/* Rank and coordinates; coords are folded back along periodic dimensions.
 * MPI_PROC_NULL when they are outside of the others. */
int cart_rank(const struct cart *c, const int *coords);
void cart_coords(const struct cart *c, int rank, int *coords);

/* Fill the zero entries of dims so that their product is nodes, as equal as
 * can be and not increasing. False when that cannot be. */
bool dims_create(int nodes, int ndims, int *dims);

#endif
