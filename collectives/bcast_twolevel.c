/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Broadcast among the leaders of the nodes, the root being one, then within
 * each node. The root has all from the beginning: it serves both at once.
 *
 * Cost     the rounds of both stages; n bytes into each node
 * Source   see twolevel.h
 */
#include "collectives/algorithms.h"
#include "collectives/twolevel.h"

int bcast_twolevel(struct schedule *s, const struct coll_args *a)
{
    struct levels l;
    struct coll_args stage = *a;
    int err = levels_make(s, a, a->root, &l);
    if (err == MPI_SUCCESS && levels_leads(&l)) {
        stage.ranks = &l.leaders;
        stage.root = l.root;
        const bool is_root = l.leaders.rank == l.root;
        err = is_root ? levels_stage_open(s, &stage) : levels_stage(s, &stage);
    }
    if (err != MPI_SUCCESS)
        return err;
    stage.ranks = &l.local;
    stage.root = l.leader;
    return levels_stage(s, &stage);
}
