/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * On which node each rank of a communicator is. Found without messages, from
 * what the launcher told every rank, so all ranks find the same.
 */
#ifndef COLLECTIVES_PLACES_H
#define COLLECTIVES_PLACES_H

#include <stdbool.h>

#include "runtime/objects/comm.h"

struct places {
    int node_count;
    int most;         /* ranks on a node, where most are */
    bool is_in_order; /* the ranks of each node follow each other */
    int nodes[];      /* of each rank, numbered by first appearance */
};

/* Looked up once per communicator and kept there; NULL when all its ranks are
 * on one node, or where they are is not known. */
const struct places *places_of(struct mpi_comm *comm);

#endif
