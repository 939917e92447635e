/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lists of ranks of the two levels, and stages on them.
 */
#include "collectives/twolevel.h"

#include "collectives/places.h"
#include "collectives/select.h"

bool twolevel_suits(const struct coll_args *a)
{
    const struct places *p = places_for(a);
    return p && p->most > 1;
}

bool twolevel_in_order_suits(const struct coll_args *a)
{
    return twolevel_suits(a) && places_of(a->comm)->is_in_order;
}

bool twolevel_reduction_suits(const struct coll_args *a)
{
    return twolevel_suits(a) &&
           (a->op->is_commutative || places_of(a->comm)->is_in_order);
}

int levels_make(struct schedule *s, const struct coll_args *a, int root,
                struct levels *out)
{
    const struct places *p = places_of(a->comm);
    const int rank = a->comm->rank;
    int *local = schedule_scratch(s, (size_t)p->most * sizeof *local);
    int *leaders = schedule_scratch(s, (size_t)p->node_count *
                                           sizeof *leaders);
    if (!local || !leaders)
        return MPI_ERR_NO_MEM;
    *out = (struct levels){ .local = { .list = local },
                            .leaders = { .rank = -1, .count = p->node_count,
                                         .per_node = 1, .list = leaders } };
    for (int r = 0, seen = 0; r < a->comm->size; r++) {
        const int node = p->nodes[r];
        if (node == seen)
            leaders[seen++] = r;
        if (r == root)
            leaders[node] = r;
        if (r == rank)
            out->local.rank = out->local.count;
        if (node == p->nodes[rank])
            local[out->local.count++] = r;
    }
    out->local.per_node = out->local.count;
    out->root = root < 0 ? 0 : p->nodes[root];
    out->node = p->nodes[rank];
    out->most = p->most;
    while (local[out->leader] != leaders[out->node])
        out->leader++;
    if (out->local.rank == out->leader)
        out->leaders.rank = out->node;
    return MPI_SUCCESS;
}

int levels_stage_open(struct schedule *s, const struct coll_args *stage)
{
    s->ranks = stage->ranks;
    int err = select_algorithm(stage)->build(s, stage);
    s->ranks = NULL;
    return err;
}

int levels_stage(struct schedule *s, const struct coll_args *stage)
{
    int err = levels_stage_open(s, stage);
    schedule_end_round(s);
    return err;
}
