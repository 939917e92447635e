/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Collective operations: what upper layers call.
 *
 * Arguments were checked by the caller. Notation in the algorithms' cost
 * lines: P ranks, n bytes of one rank's contribution (of the whole message for
 * a broadcast or reduction). A round costs one message latency. Caller holds
 * the library lock.
 */
#ifndef COLLECTIVES_COLL_H
#define COLLECTIVES_COLL_H

#include <mpi.h>

#include "collectives/blocks.h"
#include "collectives/span.h"
#include "runtime/base/platform.h"
#include "runtime/objects/comm.h"
#include "runtime/objects/op.h"
#include "runtime/objects/request.h"

struct schedule;

enum collective {
    COLL_BARRIER, COLL_BCAST, COLL_REDUCE, COLL_ALLREDUCE, COLL_GATHER,
    COLL_SCATTER, COLL_ALLGATHER, COLL_ALLTOALL, COLL_REDUCE_SCATTER_BLOCK,
    COLL_SCAN, COLL_EXSCAN,
    /* The bytes of these are not known at all ranks. */
    COLL_GATHERV, COLL_SCATTERV, COLL_ALLGATHERV, COLL_ALLTOALLV,
    COLL_ALLTOALLW, COLL_REDUCE_SCATTER, COLL_NEIGHBOR_ALLGATHER,
    COLL_NEIGHBOR_ALLGATHERV, COLL_NEIGHBOR_ALLTOALL, COLL_NEIGHBOR_ALLTOALLV,
    COLL_NEIGHBOR_ALLTOALLW,
    COLL_COUNT
};

/* Some ranks of a communicator as a group of its own: what a part of an
 * algorithm runs on. */
struct ranks {
    int rank;        /* ours in the group */
    int count;
    int per_node;    /* of them on one node, where most are */
    const int *list; /* rank in the communicator of each */
};

/*
 * One operation at one rank. Counts are those of the MPI call: of one block
 * for gather, scatter, allgather, alltoall and what is received of a
 * reduce_scatter. send.address may be MPI_IN_PLACE where the standard allows
 * it, recv.address in a scatter. What is not significant at a rank is not
 * read.
 */
struct coll_args {
    enum collective kind;
    int root;
    struct mpi_comm *comm;
    struct span send;
    struct span recv;        /* also the buffer of a broadcast */
    const struct mpi_op *op;
    const struct blocks *send_blocks; /* where blocks differ, else NULL */
    const struct blocks *recv_blocks;
    const struct ranks *ranks;        /* NULL: all of comm */
};

static inline int coll_size(const struct coll_args *a)
{
    return LIKELY(!a->ranks) ? a->comm->size : a->ranks->count;
}

static inline int coll_rank(const struct coll_args *a)
{
    return LIKELY(!a->ranks) ? a->comm->rank : a->ranks->rank;
}

/* The block for, and the block from, a rank (a neighbour). */
static inline struct span coll_send_block(const struct coll_args *a, int rank)
{
    return blocks_at(a->send, a->send_blocks, rank);
}

static inline struct span coll_recv_block(const struct coll_args *a, int rank)
{
    return blocks_at(a->recv, a->recv_blocks, rank);
}

/* How many blocks there are for, and from, other ranks or neighbours. */
int coll_send_count(const struct coll_args *a);
int coll_recv_count(const struct coll_args *a);

/* One way to do a collective. */
struct algorithm {
    const char *name;
    /* Add this rank's steps; sends nothing yet. Errors: MPI_ERR_NO_MEM */
    int (*build)(struct schedule *s, const struct coll_args *a);
    /* Can it do this? The answer is the same at all ranks. NULL: always. */
    bool (*suits)(const struct coll_args *a);
};

/*
 * Do it and wait. Without bytes there is nothing to do, but in a barrier.
 * Errors   MPI_ERR_NO_MEM; those of the messages
 */
int coll_run(const struct coll_args *a);

/* The same by messages, whatever is faster. There are bytes, or it is a
 * barrier. */
int coll_run_messages(const struct coll_args *a);

/* Start it; wait for *out. Types, op and comm may be freed meanwhile. */
int coll_start(const struct coll_args *a, struct mpi_request **out);

/* A persistent request that does it each time it is started. */
int coll_init(const struct coll_args *a, struct mpi_request **out);

/* Bytes of one rank's block, the whole message where there are no blocks; 0
 * for a barrier and where blocks differ. The same at all ranks. */
size_t coll_bytes(const struct coll_args *a);

/* A schedule of the steps that `algorithm` takes for a, not started. */
int coll_build(const struct coll_args *a, const struct algorithm *algorithm,
               struct schedule **out);

#endif
