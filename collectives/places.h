/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * On which node each rank of a communicator is. Found without messages, from
 * what the launcher told every rank, so all ranks find the same.
 */
#ifndef COLLECTIVES_PLACES_H
#define COLLECTIVES_PLACES_H

#include <stdbool.h>

#include "collectives/coll.h"
#include "runtime/base/config.h"

struct places {
    int node_count;
    int most;         /* ranks on a node, where most are */
    bool is_in_order; /* the ranks of each node follow each other */
    int nodes[];      /* of each rank, numbered by first appearance */
};

/* Looked up once per communicator and kept there; NULL when all its ranks are
 * on one node, or where they are is not known. */
const struct places *places_of(struct mpi_comm *comm);

/* Must this be done alike wherever ranks are? So reductions are when their
 * results shall be reproducible. */
static inline bool places_are_ignored(const struct coll_args *a)
{
    return UNLIKELY(settings.coll_reproducible) && a->op;
}

/* Of an operation's ranks, if they may decide how it is done; NULL as well for
 * a part of one. */
static inline const struct places *places_for(const struct coll_args *a)
{
    return a->ranks || places_are_ignored(a) ? NULL : places_of(a->comm);
}

#endif
