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

/* What a pair has from here on it copies once; see node.c and direct.c. */
enum { NODE_PAIR_BYTES = 32 << 10 };

/* Shall, and can, a pair do an allgather or alltoall by reading each other's
 * memory? If so it is done. */
int node_exchange(struct board *b, const struct coll_args *a, bool *is_done);

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

/* Longer operations, where pieces are combined as they come, are cut into
 * pieces of this: they stay in the nearest cache meanwhile. */
enum { NODE_PIECE_BYTES = 32 << 10 };

/* The part of one step of those that are needed for so many bytes. */
struct part node_part_of(const struct board *b, struct span span,
                         size_t offset);

/* A step in which this rank shows a span; audience and errors as board_enter
 * and board_next have them. */
int node_show(struct board *b, struct span from, int audience);

/* A step in which it shows a part, long ones piece by piece. */
int node_show_part(struct board *b, struct part from, int audience);

/* A step in which it shows nothing and which it enters for the others' sake. */
int node_show_nothing(struct board *b);

/* Within a step: write pieces at a place of which `before` bytes have been
 * shown, and show each. */
void node_show_pieces(struct board *b, char *place, size_t before,
                      struct part from, int audience);

/* Read of what a rank shows in this step; it must fit.
 *   whole   all of it, for which board_await has waited
 *   pieces  the bytes from `before` on, as they come
 *   all     the same when these are all the bytes that it shows
 * Errors   MPI_ERR_TRUNCATE; why the communicator's collectives fail */
int node_read_whole(const struct board *b, struct span to, int rank);
int node_read_pieces(struct board *b, struct part to, int rank, size_t before);
int node_read_all(struct board *b, struct part to, int rank);

#endif
