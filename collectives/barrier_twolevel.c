/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Barrier in three stages: the ranks of a node come to their leader, the
 * leaders meet, the leaders let the others go.
 *
 * Cost     2 log2 of the ranks per node + log2 of the nodes rounds; log2 of
 *          the nodes messages leave a node
 * Source   see twolevel.h
 */
#include "collectives/algorithms.h"
#include "collectives/tree.h"
#include "collectives/twolevel.h"


enum { LEADER = 0 }; /* in the list of a node */

/* Empty messages up the binomial tree of a node. */
static void come(struct schedule *s, const struct ranks *local)
{
    const struct span nothing = span_packed(NULL, 0);
    const int bit = tree_bit(local->rank, local->count);
    s->ranks = local;
    for (int b = 1; b < bit && local->rank + b < local->count; b <<= 1)
        schedule_recv(s, nothing, local->rank + b);
    schedule_end_round(s);
    if (local->rank != LEADER)
        schedule_send(s, nothing, local->rank - bit);
    schedule_end_round(s);
    s->ranks = NULL;
}

int barrier_twolevel(struct schedule *s, const struct coll_args *a)
{
    struct levels l;
    struct coll_args stage = *a;
    int err = levels_make(s, a, -1, &l);
    if (err != MPI_SUCCESS)
        return err;
    come(s, &l.local);
    if (levels_leads(&l)) {
        stage.ranks = &l.leaders;
        err = levels_stage(s, &stage);
    }
    if (err != MPI_SUCCESS)
        return err;
    stage = (struct coll_args){ .kind = COLL_BCAST, .root = LEADER,
                                .comm = a->comm, .ranks = &l.local,
                                .recv = span_packed(NULL, 0) };
    return levels_stage(s, &stage);
}
