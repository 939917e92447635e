/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reduction within each node to its leader, then among the leaders, the root
 * being one. Rank order holds where ranks follow the nodes.
 *
 * Cost     the rounds of both stages; n bytes out of each node
 * Source   see twolevel.h
 */
#include "collectives/algorithms.h"
#include "collectives/twolevel.h"

int reduce_twolevel(struct schedule *s, const struct coll_args *a)
{
    const bool is_root = a->comm->rank == a->root;
    struct levels l;
    struct coll_args stage = *a;
    int err = levels_make(s, a, a->root, &l);
    if (err != MPI_SUCCESS)
        return err;
    stage.ranks = &l.local;
    stage.root = l.leader;
    if (levels_leads(&l) && !is_root)
        stage.recv = schedule_scratch_span(s, a->send.count, a->send.type);
    err = levels_stage(s, &stage);
    if (err != MPI_SUCCESS || !levels_leads(&l))
        return err;
    if (is_root)
        stage.send.address = MPI_IN_PLACE;
    else
        stage.send = stage.recv;
    stage.ranks = &l.leaders;
    stage.root = l.root;
    return levels_stage(s, &stage);
}
