/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which rank of a topology each rank should be, so that neighbours share
 * nodes.
 */
#ifndef COMM_PLACEMENT_H
#define COMM_PLACEMENT_H

#include <stdbool.h>

struct cart;
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

#endif
