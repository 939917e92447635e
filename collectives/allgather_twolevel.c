/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allgather in three stages: the leader of each node gathers its blocks, the
 * leaders exchange them, each broadcasts all within its node. For ranks that
 * follow the nodes, whose blocks then lie together.
 *
 * Cost     the rounds of the stages; n (P - P of the node) bytes into a node,
 *          the least possible
 * Source   see twolevel.h
 */
#include "collectives/algorithms.h"
#include "collectives/places.h"
#include "collectives/twolevel.h"

static int gather_at_leader(struct schedule *s, const struct coll_args *a,
                            const struct levels *l)
{
    const int first = l->local.list[0];
    struct coll_args stage = *a;
    stage.kind = COLL_GATHER;
    stage.root = l->leader;
    stage.ranks = &l->local;
    stage.recv = span_at(a->recv, first * a->recv.count, a->recv.count);
    if (!levels_leads(l) && a->send.address == MPI_IN_PLACE)
        stage.send = coll_recv_block(a, a->comm->rank);
    return levels_stage(s, &stage);
}

/* Blocks of nodes differ where nodes have different numbers of ranks. */
static int exchange(struct schedule *s, const struct coll_args *a,
                    const struct levels *l)
{
    const int nodes = l->leaders.count;
    MPI_Count *counts = schedule_scratch(s, 2 * (size_t)nodes *
                                                sizeof *counts);
    if (!counts)
        return MPI_ERR_NO_MEM;
    MPI_Count *displs = counts + nodes;
    for (int n = 0; n < nodes; n++) {
        const int end = n + 1 < nodes ? l->leaders.list[n + 1]
                                      : a->comm->size;
        counts[n] = (end - l->leaders.list[n]) * a->recv.count;
        displs[n] = l->leaders.list[n] * a->recv.count;
    }
    const struct blocks blocks = { { counts, true }, { displs, true }, NULL };
    struct coll_args stage = { .kind = COLL_ALLGATHERV, .comm = a->comm,
                               .recv = a->recv, .recv_blocks = &blocks,
                               .ranks = &l->leaders };
    stage.send.address = MPI_IN_PLACE;
    return levels_stage(s, &stage);
}

int allgather_twolevel(struct schedule *s, const struct coll_args *a)
{
    struct levels l;
    int err = levels_make(s, a, -1, &l);
    if (err == MPI_SUCCESS)
        err = gather_at_leader(s, a, &l);
    if (err == MPI_SUCCESS && levels_leads(&l))
        err = exchange(s, a, &l);
    if (err != MPI_SUCCESS)
        return err;
    const struct span all = span_at(a->recv, 0, a->comm->size * a->recv.count);
    return levels_stage(s, &(struct coll_args){
        .kind = COLL_BCAST, .root = l.leader, .comm = a->comm,
        .ranks = &l.local, .recv = all });
}
