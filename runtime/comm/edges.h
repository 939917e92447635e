/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bringing the edges of a distributed graph, which any rank may name, to the
 * ranks at their ends.
 */
#ifndef COMM_EDGES_H
#define COMM_EDGES_H

#include <stdbool.h>

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
};

/*
 * Make this rank's topology out of what all ranks name; collective over comm.
 * Neighbours come in the order of the ranks that named them.
 * Cost     two allgathers; every rank sees all edges
 * Errors   MPI_ERR_NO_MEM, as coll_run
 */
int edges_distribute(struct mpi_comm *comm, const struct edges *own,
                     struct topology **out);

#endif
