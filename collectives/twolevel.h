/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two-level algorithms: a stage among the ranks of each node and a stage among
 * leaders, one on each node, so that data crosses between nodes once for each
 * node. A stage is a collective of its own over a list of ranks, by whichever
 * algorithm suits it.
 *
 * Source   Karonis, de Supinski, Foster, Gropp, Lusk, Bresnahan 2000,
 *          doi:10.1109/IPDPS.2000.846009
 */
#ifndef COLLECTIVES_TWOLEVEL_H
#define COLLECTIVES_TWOLEVEL_H

#include "collectives/coll.h"
#include "collectives/schedule.h"

struct levels {
    struct ranks local;   /* of our node */
    struct ranks leaders; /* of all nodes; its rank is -1 where we do not
                             lead */
    int leader;           /* of our node, a rank of `local` */
    int node;             /* ours: the rank of our leader among `leaders` */
    int most;             /* ranks on the node that has most */
    int root;             /* that of the operation, a rank of `leaders` */
};

/* Are there several nodes, and several ranks on one? */
bool twolevel_suits(const struct coll_args *a);

/* The same, and does op commute or do ranks follow the nodes? */
bool twolevel_reduction_suits(const struct coll_args *a);

/* The same, and do the ranks follow the nodes? */
bool twolevel_in_order_suits(const struct coll_args *a);

/* The two levels in scratch memory. The first rank of a node leads it, but
 * the root of the operation (-1: none) that of its own. Errors: MPI_ERR_NO_MEM */
int levels_make(struct schedule *s, const struct coll_args *a, int root,
                struct levels *out);

static inline bool levels_leads(const struct levels *l)
{
    return l->leaders.rank >= 0;
}

/* Add a stage, whose ranks stage->ranks says; what is added next waits for it.
 * Errors: MPI_ERR_NO_MEM */
int levels_stage(struct schedule *s, const struct coll_args *stage);

/* The same for a rank that need not wait for its end. */
int levels_stage_open(struct schedule *s, const struct coll_args *stage);

#endif
