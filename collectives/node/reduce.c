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
#include "collectives/shares.h"
#include "runtime/base/process.h"
#include "runtime/p2p/p2p.h"

/* From here on a second step costs less than combining everything. */
enum { CUT_BYTES = 4096 };

static struct span operand(const struct coll_args *a)
{
    return a->send.address == MPI_IN_PLACE ? a->recv : a->send;
}

size_t node_reduction_bytes(const struct coll_args *a)
{
    const struct span data = operand(a);
    /* In shared memory an element lies as in the user's, but for gaps. */
    return span_is_contiguous(data) ? span_bytes(data) : SIZE_MAX;
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

int node_reduce(struct board *b, const struct coll_args *a)
{
    if (a->root != b->rank)
        return node_show(b, operand(a), a->root);
    int err = node_show(b, operand(a), FOR_NONE);
    if (LIKELY(err == MPI_SUCCESS))
        err = board_await_all(b);
    if (err == MPI_SUCCESS)
        combine(b, a, a->recv, 0);
    return err;
}

/* A rank's part. */
static inline struct span part_at(const struct board *b, struct span whole,
                                  int rank)
{
    const MPI_Count first = shares_even_first(whole.count, b->size, rank);
    const MPI_Count end = shares_even_first(whole.count, b->size, rank + 1);
    return span_at(whole, first, end - first);
}

static int combine_part(struct board *b, const struct coll_args *a)
{
    const struct span part = part_at(b, a->recv, b->rank);
    /* Into the user's buffer, where it is wanted anyway. */
    combine(b, a, part, shares_even_first(a->recv.count, b->size, b->rank));
    int err = node_show(b, part, FOR_NONE);
    return LIKELY(err == MPI_SUCCESS) ? board_await_all(b) : err;
}

static void read_parts(const struct board *b, struct span to)
{
    size_t bytes;
    for (int i = 0; i < b->size; i++)
        if (i != b->rank)
            node_read(b, part_at(b, to, i), board_data(b, i, &bytes));
}

int node_allreduce(struct board *b, const struct coll_args *a)
{
    int err = node_show(b, operand(a), FOR_NONE);
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
