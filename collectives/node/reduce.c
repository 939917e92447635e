/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reductions. Every rank shows its operand and whoever wants the result
 * combines them all, from the highest rank to the lowest: so the order is that
 * of the ranks, and the result the same bits at all of them. An allreduce that
 * is longer is cut: each rank combines one part and shows that in a second
 * step.
 *
 * Cost   each combines P n bytes; cut, n, and then reads n
 */
#include "collectives/node/node.h"

#include <stdint.h>
#include <string.h>

#include "collectives/node/board.h"
#include "runtime/base/process.h"
#include "runtime/p2p/p2p.h"

/* From here on a second step costs less than combining everything. */
enum { CUT_BYTES = 4096 };

size_t node_reduction_bytes(const struct coll_args *a)
{
    const struct span data = a->send.address == MPI_IN_PLACE ? a->recv
                                                             : a->send;
    /* In shared memory an element lies as in the user's, but for gaps. */
    return span_is_contiguous(data) ? span_bytes(data) : SIZE_MAX;
}

static struct span operand(const struct coll_args *a)
{
    return a->send.address == MPI_IN_PLACE ? a->recv : a->send;
}

/* Where elements of type would have their address if their first byte were
 * here. */
static inline void *as_address(const void *first_byte,
                               const struct mpi_datatype *type)
{
    return (void *)((intptr_t)first_byte - type->true_lb);
}

/* A rank's operand, where it is nearest. */
static const char *data_of(const struct board *b, const struct coll_args *a,
                           int rank)
{
    size_t bytes;
    return rank == b->rank && a->send.address != MPI_IN_PLACE
               ? span_first_byte(a->send)
               : board_data(b, rank, &bytes);
}

/* to = the operands of all ranks from element `first` on, combined. */
static void combine(const struct board *b, const struct coll_args *a,
                    struct span to, MPI_Count first)
{
    const size_t bytes = span_bytes(to);
    const size_t skipped = (size_t)first * to.type->size;
    memcpy(span_first_byte(to), data_of(b, a, b->size - 1) + skipped, bytes);
    for (int i = b->size - 2; i >= 0; i--)
        op_reduce(a->op, as_address(data_of(b, a, i) + skipped, to.type),
                  to.address, to.count, to.type);
    counter_add(p2p_process(b->comm->p2p)->counters, COUNTER_REDUCED_BYTES,
                bytes * (size_t)(b->size - 1));
}

/* Show our operand to the root, or to all. */
static int show(struct board *b, const struct coll_args *a, int root)
{
    const struct span own = operand(a);
    const size_t bytes = span_bytes(own);
    void *place;
    int err = board_next(b, bytes, &place);
    if (err != MPI_SUCCESS)
        return err;
    node_write(b, place, own);
    if (root == b->rank || root == MPI_UNDEFINED)
        board_enter(b, bytes, FOR_NONE);
    else
        board_enter_for(b, bytes, root);
    return MPI_SUCCESS;
}

int node_reduce(struct board *b, const struct coll_args *a)
{
    int err = show(b, a, a->root);
    if (err != MPI_SUCCESS || a->root != b->rank)
        return err;
    err = board_await_all(b);
    if (err == MPI_SUCCESS)
        combine(b, a, a->recv, 0);
    return err;
}

/* First element of a rank's part. */
static inline MPI_Count part_start(const struct board *b, MPI_Count count,
                                   int rank)
{
    return count / b->size * rank + (rank < count % b->size
                                         ? rank
                                         : count % b->size);
}

static int combine_part(struct board *b, const struct coll_args *a)
{
    const MPI_Count first = part_start(b, a->recv.count, b->rank);
    const MPI_Count count = part_start(b, a->recv.count, b->rank + 1) - first;
    struct span part = span_at(a->recv, first, count);
    void *place;
    /* Into the user's buffer, where it is wanted anyway. */
    combine(b, a, part, first);
    int err = board_next(b, span_bytes(part), &place);
    if (err != MPI_SUCCESS)
        return err;
    node_write(b, place, part);
    board_enter(b, span_bytes(part), FOR_NONE);
    return board_await_all(b);
}

static void read_parts(const struct board *b, struct span to)
{
    size_t bytes;
    for (int i = 0; i < b->size; i++) {
        const MPI_Count first = part_start(b, to.count, i);
        const MPI_Count count = part_start(b, to.count, i + 1) - first;
        if (i != b->rank)
            node_read(b, span_at(to, first, count), board_data(b, i, &bytes));
    }
}

int node_allreduce(struct board *b, const struct coll_args *a)
{
    int err = show(b, a, MPI_UNDEFINED);
    if (LIKELY(err == MPI_SUCCESS))
        err = board_await_all(b);
    if (err != MPI_SUCCESS)
        return err;
    if (span_bytes(a->recv) < CUT_BYTES) {
        combine(b, a, a->recv, 0);
        return MPI_SUCCESS;
    }
    err = combine_part(b, a);
    if (err == MPI_SUCCESS)
        read_parts(b, a->recv);
    return err;
}
