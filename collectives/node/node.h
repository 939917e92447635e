/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocking collectives among ranks of one node, through memory that they
 * share: what is small enough goes this way, without messages.
 *
 * A communicator gets its board after its first few collectives. The choice is
 * the same at all ranks; operations that are not blocking, or too long, go by
 * messages meanwhile, and neither disturbs the other. Caller holds the library
 * lock.
 */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "collectives/coll.h"

struct board;

/*
 * Do a, if this is the way for it: *is_done tells.
 * Errors   MPI_ERR_NO_MEM; MPI_ERR_TRUNCATE: the ranks do not agree on the
 *          bytes; why the communicator's collectives fail
 */
int node_run(const struct coll_args *a, bool *is_done);

/* The communicator ends, at this rank. */
void node_forget(struct mpi_comm *comm);

/* ---- between the files of this folder ---- */

typedef int node_operation(struct board *b, const struct coll_args *a);

node_operation node_barrier, node_bcast, node_gather, node_scatter,
    node_allgather, node_alltoall, node_reduce, node_allreduce,
    node_reduce_scatter_block;

/* Bytes of the longest contribution of a rank to a, which node_run compares
 * with what a board holds; SIZE_MAX: not in this way. */
size_t node_reduction_bytes(const struct coll_args *a);

/* Write the data of `from` to shared memory, or the reverse; counted. */
void node_write(const struct board *b, void *to, struct span from);
void node_read(const struct board *b, struct span to, const void *from);

/* Some bytes of a span's data, in packed order. */
struct part {
    struct span span;
    size_t offset, bytes;
};

/* A step in which this rank shows a part, long ones piece by piece. */
int node_show_part(struct board *b, struct part from, int audience);

/* Longer operations, where pieces are combined as they come, are cut into
 * pieces of this: they stay in the nearest cache meanwhile. */
enum { NODE_PIECE_BYTES = 32 << 10 };

/* A step in which this rank shows a span; audience and errors as board_enter
 * and board_next have them. */
int node_show(struct board *b, struct span from, int audience);

/* A step in which it shows nothing and which it enters for the others' sake. */
int node_show_nothing(struct board *b);

#endif
