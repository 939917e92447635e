/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bringing the edges of a distributed graph, which any rank may name, to the
 * ranks at their ends; those of a vertex to another rank when ranks are
 * reordered, so that neighbours share nodes.
 */
#ifndef COMM_EDGES_H
#define COMM_EDGES_H

#include <stdbool.h>

struct dist_graph;
struct mpi_comm;
struct topology;

/* What one rank names: of each source, degrees[] edges. */
struct edges {
    int source_count;
    const int *sources;
    const int *degrees;
    const int *destinations;
    const int *weights; /* NULL: none here */
    bool is_weighted;
    bool may_reorder;
};

/*
 * Make this rank's topology out of what all ranks name; collective over comm.
 * *vertex is what it is to be in the graph: its own rank unless ranks may be
 * reordered. Neighbours come in the order of the ranks that named them.
 * Cost     two allgathers; every rank sees all edges
 * Errors   MPI_ERR_NO_MEM, as coll_run
 */
int edges_distribute(struct mpi_comm *comm, const struct edges *own,
                     int *vertex, struct topology **out);

/*
 * The same where each rank has named the edges at its own vertex, which the
 * rank that becomes that vertex gets as they were named. Ranks may be
 * reordered; they are not, and nothing is sent but one number, where each
 * would have to look at more than 64 MiB, nor is anything on a single node.
 */
int edges_exchange(struct mpi_comm *comm, const struct dist_graph *own,
                   int *vertex, struct topology **out);

#endif
