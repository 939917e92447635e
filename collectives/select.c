/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The algorithms of each collective, and the choice among them.
 *
 * What decides must be equal at all ranks: the bytes of a type signature, the
 * number of ranks, op. Counts are not (layouts may differ), nor is the
 * contents of arguments that only the root's call gives.
 */
#include "collectives/select.h"

#include "collectives/algorithms.h"
#include "collectives/inter.h"

enum {
    /* Above these the bytes cost more than the rounds. */
    BCAST_LONG_BYTES = 64 * 1024,
    ALLREDUCE_LONG_BYTES = 32 * 1024,
    GATHER_LONG_BYTES = 4 * 1024,    /* of one block */
    ALLGATHER_LONG_BYTES = 32 * 1024, /* of all blocks */
    ALLTOALL_SHORT_BYTES = 64,
    ALLTOALL_LONG_BYTES = 32 * 1024,
    /* Below this many ranks a tree saves nothing over the root alone. */
    TREE_RANKS = 4,
    BRUCK_RANKS = 16
};

static const struct algorithm barrier_list[] = {
    { "dissemination", barrier_dissemination, NULL },
    { NULL, NULL, NULL },
};

static const struct algorithm bcast_list[] = {
    { "binomial", bcast_binomial, NULL },
    { "scatter_allgather", bcast_scatter_allgather, NULL },
    { NULL, NULL, NULL },
};

static const struct algorithm reduce_list[] = {
    { "binomial", reduce_binomial, NULL },
    { "linear", reduce_linear, NULL },
    { NULL, NULL, NULL },
};

static const struct algorithm allreduce_list[] = {
    { "recursive_doubling", allreduce_recursive_doubling, NULL },
    { "ring", allreduce_ring, allreduce_ring_suits },
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

static const struct algorithm *select_bcast(const struct coll_args *a)
{
    if (coll_bytes(a) >= BCAST_LONG_BYTES && coll_size(a) >= TREE_RANKS)
        return &bcast_list[1];
    return &bcast_list[0];
}

static const struct algorithm *select_allreduce(const struct coll_args *a)
{
    if (coll_bytes(a) >= ALLREDUCE_LONG_BYTES && allreduce_ring_suits(a))
        return &allreduce_list[1];
    return &allreduce_list[0];
}

static const struct algorithm *select_gather(const struct coll_args *a)
{
    if (coll_size(a) < TREE_RANKS || coll_bytes(a) >= GATHER_LONG_BYTES)
        return &gather_list[1];
    return &gather_list[0];
}

static const struct algorithm *select_scatter(const struct coll_args *a)
{
    if (coll_size(a) < TREE_RANKS || coll_bytes(a) >= GATHER_LONG_BYTES)
        return &scatter_list[1];
    return &scatter_list[0];
}

static const struct algorithm *select_allgather(const struct coll_args *a)
{
    size_t bytes = coll_bytes(a) * (size_t)coll_size(a);
    if (allgather_recursive_doubling_suits(a))
        return &allgather_list[2];
    return &allgather_list[bytes >= ALLGATHER_LONG_BYTES ? 1 : 0];
}

static const struct algorithm *select_alltoall(const struct coll_args *a)
{
    size_t bytes = coll_bytes(a);
    if (a->send.address == MPI_IN_PLACE)
        return &alltoall_list[0];
    if (bytes <= ALLTOALL_SHORT_BYTES && coll_size(a) >= BRUCK_RANKS)
        return &alltoall_list[3];
    return &alltoall_list[bytes >= ALLTOALL_LONG_BYTES ? 2 : 1];
}

static const struct algorithm *select_reduce_scatter(const struct coll_args *a)
{
    return &reduce_scatter_list[reduce_scatter_commutes(a) ? 1 : 0];
}

/* All ranks know all blocks. */
static const struct algorithm *select_allgatherv(const struct coll_args *a)
{
    const MPI_Count elements = blocks_sum(a->recv_blocks, coll_size(a));
    const size_t bytes = (size_t)elements * a->recv.type->size;
    return &allgatherv_list[bytes >= ALLGATHER_LONG_BYTES ? 0 : 1];
}

/* Nobody knows all blocks. */
static const struct algorithm *select_alltoallv(const struct coll_args *a)
{
    return &alltoallv_list[a->send.address == MPI_IN_PLACE ? 0 : 1];
}

/* One algorithm serves all that have no function to select. */
static const struct {
    const char *name;
    const struct algorithm *list;
    const struct algorithm *(*select)(const struct coll_args *a);
    struct algorithm inter; /* between groups */
} collective[COLL_COUNT] = {
    [COLL_BARRIER] = { "barrier", barrier_list, NULL,
                       { "leaders", inter_barrier, NULL } },
    [COLL_BCAST] = { "bcast", bcast_list, select_bcast,
                     { "leaders", inter_bcast, NULL } },
    [COLL_REDUCE] = { "reduce", reduce_list, NULL,
                      { "leaders", inter_reduce, NULL } },
    [COLL_ALLREDUCE] = { "allreduce", allreduce_list, select_allreduce,
                         { "leaders", inter_allreduce, NULL } },
    [COLL_GATHER] = { "gather", gather_list, select_gather,
                      { "linear", inter_gather, NULL } },
    [COLL_SCATTER] = { "scatter", scatter_list, select_scatter,
                       { "linear", inter_scatter, NULL } },
    [COLL_ALLGATHER] = { "allgather", allgather_list, select_allgather,
                         { "linear", inter_allgather, NULL } },
    [COLL_ALLTOALL] = { "alltoall", alltoall_list, select_alltoall,
                        { "linear", inter_alltoall, NULL } },
    [COLL_REDUCE_SCATTER_BLOCK] = { "reduce_scatter_block",
                                    reduce_scatter_list, select_reduce_scatter,
                                    { "leaders", inter_reduce_scatter, NULL } },
    [COLL_SCAN] = { "scan", scan_list, NULL, { NULL, NULL, NULL } },
    [COLL_EXSCAN] = { "exscan", exscan_list, NULL, { NULL, NULL, NULL } },
    [COLL_GATHERV] = { "gatherv", gatherv_list, NULL,
                       { "linear", inter_gather, NULL } },
    [COLL_SCATTERV] = { "scatterv", scatterv_list, NULL,
                        { "linear", inter_scatter, NULL } },
    [COLL_ALLGATHERV] = { "allgatherv", allgatherv_list, select_allgatherv,
                          { "linear", inter_allgather, NULL } },
    [COLL_ALLTOALLV] = { "alltoallv", alltoallv_list, select_alltoallv,
                         { "linear", inter_alltoall, NULL } },
    [COLL_ALLTOALLW] = { "alltoallw", alltoallv_list, select_alltoallv,
                         { "linear", inter_alltoall, NULL } },
    [COLL_REDUCE_SCATTER] = { "reduce_scatter", reduce_scatter_list,
                              select_reduce_scatter,
                              { "leaders", inter_reduce_scatter, NULL } },
    [COLL_NEIGHBOR_ALLGATHER] = { "neighbor_allgather", neighbor_list, NULL,
                                  { NULL, NULL, NULL } },
    [COLL_NEIGHBOR_ALLGATHERV] = { "neighbor_allgatherv", neighbor_list, NULL,
                                   { NULL, NULL, NULL } },
    [COLL_NEIGHBOR_ALLTOALL] = { "neighbor_alltoall", neighbor_list, NULL,
                                 { NULL, NULL, NULL } },
    [COLL_NEIGHBOR_ALLTOALLV] = { "neighbor_alltoallv", neighbor_list, NULL,
                                  { NULL, NULL, NULL } },
    [COLL_NEIGHBOR_ALLTOALLW] = { "neighbor_alltoallw", neighbor_list, NULL,
                                  { NULL, NULL, NULL } },
};

const struct algorithm *select_algorithm(const struct coll_args *a)
{
    if (UNLIKELY(comm_is_inter(a->comm)))
        return &collective[a->kind].inter;
    if (!collective[a->kind].select)
        return &collective[a->kind].list[0];
    return collective[a->kind].select(a);
}

const struct algorithm *select_list(enum collective kind)
{
    return collective[kind].list;
}

const char *collective_name(enum collective kind)
{
    return collective[kind].name;
}
