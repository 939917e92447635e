/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The algorithms of each collective, and the choice among them by the table of
 * tuning.h.
 *
 * What decides must be equal at all ranks: the bytes of a type signature, the
 * number of ranks, op. Counts are not (layouts may differ), nor is the
 * contents of arguments that only the root's call gives.
 */
#include "collectives/select.h"

#include "collectives/algorithms.h"
#include "collectives/inter.h"
#include "collectives/places.h"
#include "collectives/tuning.h"
#include "collectives/twolevel.h"
#include "runtime/base/config.h"

static const struct algorithm barrier_list[] = {
    { "dissemination", barrier_dissemination, NULL },
    { "twolevel", barrier_twolevel, twolevel_suits },
    { NULL, NULL, NULL },
};

static const struct algorithm bcast_list[] = {
    { "binomial", bcast_binomial, NULL },
    { "scatter_allgather", bcast_scatter_allgather, NULL },
    { "chain", bcast_chain, NULL },
    { "pipelined_tree", bcast_pipelined_tree, NULL },
    { "twolevel", bcast_twolevel, twolevel_suits },
    { NULL, NULL, NULL },
};

static const struct algorithm reduce_list[] = {
    { "binomial", reduce_binomial, NULL },
    { "linear", reduce_linear, NULL },
    { "rabenseifner", reduce_rabenseifner, reduction_can_be_cut },
    { "pipelined_tree", reduce_pipelined_tree, reduction_can_be_cut },
    { "twolevel", reduce_twolevel, twolevel_reduction_suits },
    { NULL, NULL, NULL },
};

static const struct algorithm allreduce_list[] = {
    { "recursive_doubling", allreduce_recursive_doubling, NULL },
    { "ring", allreduce_ring, reduction_can_be_cut },
    { "rabenseifner", allreduce_rabenseifner, reduction_can_be_cut },
    { "pipelined_tree", allreduce_pipelined_tree, reduction_can_be_cut },
    { "twolevel", allreduce_twolevel, twolevel_reduction_suits },
    { NULL, NULL, NULL },
};

static const struct algorithm gather_list[] = {
    { "binomial", gather_binomial, NULL },
    { "linear", gather_linear, NULL },
    { NULL, NULL, NULL },
};

static const struct algorithm scatter_list[] = {
    { "binomial", scatter_binomial, NULL },
    { "linear", scatter_linear, NULL },
    { NULL, NULL, NULL },
};

static const struct algorithm allgather_list[] = {
    { "bruck", allgather_bruck, NULL },
    { "ring", allgather_ring, NULL },
    { "recursive_doubling", allgather_recursive_doubling,
      allgather_recursive_doubling_suits },
    { "neighbor_exchange", allgather_neighbor_exchange,
      allgather_neighbor_exchange_suits },
    { "linear", allgather_linear, NULL },
    { "twolevel", allgather_twolevel, twolevel_in_order_suits },
    { NULL, NULL, NULL },
};

static const struct algorithm alltoall_list[] = {
    { "in_place", alltoall_in_place, alltoall_in_place_suits },
    { "linear", alltoall_linear, alltoall_two_buffers_suits },
    { "pairwise", alltoall_pairwise, alltoall_two_buffers_suits },
    { "bruck", alltoall_bruck, alltoall_two_buffers_suits },
    { NULL, NULL, NULL },
};

static const struct algorithm reduce_scatter_list[] = {
    { "by_root", reduce_scatter_by_root, NULL },
    { "pairwise", reduce_scatter_pairwise, reduce_scatter_commutes },
    { "halving", reduce_scatter_halving, reduce_scatter_commutes },
    { NULL, NULL, NULL },
};

static const struct algorithm scan_list[] = {
    { "recursive_doubling", scan_recursive_doubling, NULL },
    { NULL, NULL, NULL },
};

static const struct algorithm exscan_list[] = {
    { "recursive_doubling", exscan_recursive_doubling, NULL },
    { NULL, NULL, NULL },
};

/* Of blocks that differ. */
static const struct algorithm gatherv_list[] = {
    { "linear", gather_linear, NULL },
    { NULL, NULL, NULL },
};

static const struct algorithm scatterv_list[] = {
    { "linear", scatter_linear, NULL },
    { NULL, NULL, NULL },
};

static const struct algorithm allgatherv_list[] = {
    { "ring", allgather_ring, NULL },
    { "linear", allgather_linear, NULL },
    { NULL, NULL, NULL },
};

static const struct algorithm alltoallv_list[] = {
    { "in_place", alltoall_in_place, alltoall_in_place_suits },
    { "linear", alltoall_linear, alltoall_two_buffers_suits },
    { "pairwise", alltoall_pairwise, alltoall_two_buffers_suits },
    { NULL, NULL, NULL },
};

static const struct algorithm neighbor_list[] = {
    { "linear", neighbor_linear, NULL },
    { NULL, NULL, NULL },
};

static const struct {
    const char *name;
    const struct algorithm *list;
    struct algorithm inter; /* between groups */
} collective[COLL_COUNT] = {
    [COLL_BARRIER] = { "barrier", barrier_list,
                       { "leaders", inter_barrier, NULL } },
    [COLL_BCAST] = { "bcast", bcast_list,
                     { "leaders", inter_bcast, NULL } },
    [COLL_REDUCE] = { "reduce", reduce_list,
                      { "leaders", inter_reduce, NULL } },
    [COLL_ALLREDUCE] = { "allreduce", allreduce_list,
                         { "leaders", inter_allreduce, NULL } },
    [COLL_GATHER] = { "gather", gather_list,
                      { "linear", inter_gather, NULL } },
    [COLL_SCATTER] = { "scatter", scatter_list,
                       { "linear", inter_scatter, NULL } },
    [COLL_ALLGATHER] = { "allgather", allgather_list,
                         { "linear", inter_allgather, NULL } },
    [COLL_ALLTOALL] = { "alltoall", alltoall_list,
                        { "linear", inter_alltoall, NULL } },
    [COLL_REDUCE_SCATTER_BLOCK] = { "reduce_scatter_block",
                                    reduce_scatter_list,
                                    { "leaders", inter_reduce_scatter, NULL } },
    [COLL_SCAN] = { "scan", scan_list, { NULL, NULL, NULL } },
    [COLL_EXSCAN] = { "exscan", exscan_list, { NULL, NULL, NULL } },
    [COLL_GATHERV] = { "gatherv", gatherv_list,
                       { "linear", inter_gather, NULL } },
    [COLL_SCATTERV] = { "scatterv", scatterv_list,
                        { "linear", inter_scatter, NULL } },
    [COLL_ALLGATHERV] = { "allgatherv", allgatherv_list,
                          { "linear", inter_allgather, NULL } },
    [COLL_ALLTOALLV] = { "alltoallv", alltoallv_list,
                         { "linear", inter_alltoall, NULL } },
    [COLL_ALLTOALLW] = { "alltoallw", alltoallv_list,
                         { "linear", inter_alltoall, NULL } },
    [COLL_REDUCE_SCATTER] = { "reduce_scatter", reduce_scatter_list,
                              { "leaders", inter_reduce_scatter, NULL } },
    [COLL_NEIGHBOR_ALLGATHER] = { "neighbor_allgather", neighbor_list,
                                  { NULL, NULL, NULL } },
    [COLL_NEIGHBOR_ALLGATHERV] = { "neighbor_allgatherv", neighbor_list,
                                   { NULL, NULL, NULL } },
    [COLL_NEIGHBOR_ALLTOALL] = { "neighbor_alltoall", neighbor_list,
                                 { NULL, NULL, NULL } },
    [COLL_NEIGHBOR_ALLTOALLV] = { "neighbor_alltoallv", neighbor_list,
                                  { NULL, NULL, NULL } },
    [COLL_NEIGHBOR_ALLTOALLW] = { "neighbor_alltoallw", neighbor_list,
                                  { NULL, NULL, NULL } },
};

/* Bytes by which to choose: those of coll_bytes, of allgatherv all bytes. */
static size_t bytes_to_choose(const struct coll_args *a)
{
    if (a->kind == COLL_ALLGATHERV)
        return (size_t)blocks_sum(a->recv_blocks, coll_size(a)) *
               a->recv.type->size;
    return coll_bytes(a);
}

/* Ranks on the node that has most. */
static int ranks_per_node(const struct coll_args *a)
{
    if (a->ranks)
        return a->ranks->per_node;
    const struct places *places = places_for(a);
    return places ? places->most : coll_size(a);
}

static bool suits(const struct algorithm *algorithm, const struct coll_args *a)
{
    return !algorithm->suits || algorithm->suits(a);
}

static const struct algorithm *choose(const struct coll_args *a)
{
    const struct choice *c = tuning_choices(a->kind);
    const int ranks = coll_size(a), per_node = ranks_per_node(a);
    const size_t bytes = bytes_to_choose(a);
    for (; c->algorithm; c++)
        if (ranks <= c->ranks && bytes <= c->bytes &&
            (c->per_node == PER_NODE_ALL ? per_node == ranks
                                         : per_node <= c->per_node) &&
            suits(c->algorithm, a))
            return c->algorithm;
    return &collective[a->kind].list[0];
}

const struct algorithm *select_algorithm(const struct coll_args *a)
{
    const struct algorithm *forced = tuning_forced(a->kind);
    if (UNLIKELY(comm_is_inter(a->comm)))
        return &collective[a->kind].inter;
    if (UNLIKELY(forced != NULL) && suits(forced, a))
        return forced;
    return choose(a);
}

bool select_is_set(const struct coll_args *a)
{
    return tuning_forced(a->kind) || settings.coll_node_ranks > 0 ||
           places_are_ignored(a);
}

const struct algorithm *select_list(enum collective kind)
{
    return collective[kind].list;
}

const char *collective_name(enum collective kind)
{
    return collective[kind].name;
}
