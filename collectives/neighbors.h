/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whom this rank receives from and sends to in neighbourhood collectives, in
 * the order of their blocks (MPI 5.0, 8.6): the sources and destinations of a
 * graph; on a grid, for each dimension the neighbour below, then the one
 * above, MPI_PROC_NULL where there is none.
 */
#ifndef COLLECTIVES_NEIGHBORS_H
#define COLLECTIVES_NEIGHBORS_H

#include "runtime/objects/comm.h"

/* How many; comm has a topology. */
int neighbors_source_count(const struct mpi_comm *comm);
int neighbors_destination_count(const struct mpi_comm *comm);

/* Rank in comm of the i-th. */
int neighbors_source(const struct mpi_comm *comm, int i);
int neighbors_destination(const struct mpi_comm *comm, int i);

#endif
