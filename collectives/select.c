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

static const struct algorithm *select_bcast(const struct coll_args *a)
{
    if (coll_bytes(a) >= BCAST_LONG_BYTES && a->comm->size >= TREE_RANKS)
        return &bcast_list[1];
    return &bcast_list[0];
}

static const struct algorithm *select_reduce(const struct coll_args *a)
{
    return &reduce_list[0];
}

static const struct algorithm *select_allreduce(const struct coll_args *a)
{
    if (coll_bytes(a) >= ALLREDUCE_LONG_BYTES && allreduce_ring_suits(a))
        return &allreduce_list[1];
    return &allreduce_list[0];
}

static const struct algorithm *select_gather(const struct coll_args *a)
{
    if (a->comm->size < TREE_RANKS || coll_bytes(a) >= GATHER_LONG_BYTES)
        return &gather_list[1];
    return &gather_list[0];
}

static const struct algorithm *select_scatter(const struct coll_args *a)
{
    if (a->comm->size < TREE_RANKS || coll_bytes(a) >= GATHER_LONG_BYTES)
        return &scatter_list[1];
    return &scatter_list[0];
}

static const struct algorithm *select_allgather(const struct coll_args *a)
{
    size_t bytes = coll_bytes(a) * (size_t)a->comm->size;
    if (allgather_recursive_doubling_suits(a))
        return &allgather_list[2];
    return &allgather_list[bytes >= ALLGATHER_LONG_BYTES ? 1 : 0];
}

static const struct algorithm *select_alltoall(const struct coll_args *a)
{
    size_t bytes = coll_bytes(a);
    if (a->send.address == MPI_IN_PLACE)
        return &alltoall_list[0];
    if (bytes <= ALLTOALL_SHORT_BYTES && a->comm->size >= BRUCK_RANKS)
        return &alltoall_list[3];
    return &alltoall_list[bytes >= ALLTOALL_LONG_BYTES ? 2 : 1];
}

static const struct algorithm *select_barrier(const struct coll_args *a)
{
    return &barrier_list[0];
}

static const struct {
    const char *name;
    const struct algorithm *list;
    const struct algorithm *(*select)(const struct coll_args *a);
} collective[COLL_COUNT] = {
    [COLL_BARRIER] = { "barrier", barrier_list, select_barrier },
    [COLL_BCAST] = { "bcast", bcast_list, select_bcast },
    [COLL_REDUCE] = { "reduce", reduce_list, select_reduce },
    [COLL_ALLREDUCE] = { "allreduce", allreduce_list, select_allreduce },
    [COLL_GATHER] = { "gather", gather_list, select_gather },
    [COLL_SCATTER] = { "scatter", scatter_list, select_scatter },
    [COLL_ALLGATHER] = { "allgather", allgather_list, select_allgather },
    [COLL_ALLTOALL] = { "alltoall", alltoall_list, select_alltoall },
};

const struct algorithm *select_algorithm(const struct coll_args *a)
{
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
