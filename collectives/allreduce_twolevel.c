/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allreduce in three stages: a reduction within each node to its leader, an
 * allreduce of the leaders, a broadcast within each node. Rank order holds
 * where ranks follow the nodes.
 *
 * Cost     the rounds of the stages; out of a node go as many bytes as its
 *          leader sends
 * Source   see twolevel.h
 */
#include "collectives/algorithms.h"
#include "collectives/twolevel.h"

static int reduce_to_leader(struct schedule *s, const struct coll_args *a,
                            const struct levels *l)
{
    struct coll_args stage = *a;
    stage.kind = COLL_REDUCE;
    stage.root = l->leader;
    stage.ranks = &l->local;
    if (!levels_leads(l) && a->send.address == MPI_IN_PLACE)
        stage.send = a->recv;
    return levels_stage(s, &stage);
}

int allreduce_twolevel(struct schedule *s, const struct coll_args *a)
{
    struct levels l;
    int err = levels_make(s, a, -1, &l);
    if (err == MPI_SUCCESS)
        err = reduce_to_leader(s, a, &l);
    if (err == MPI_SUCCESS && levels_leads(&l)) {
        struct coll_args stage = *a;
        stage.ranks = &l.leaders;
        stage.send.address = MPI_IN_PLACE;
        err = levels_stage(s, &stage);
    }
    if (err != MPI_SUCCESS)
        return err;
    return levels_stage(s, &(struct coll_args){
        .kind = COLL_BCAST, .root = l.leader, .comm = a->comm,
        .ranks = &l.local, .recv = a->recv });
}
