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
    return span_is_contiguous(data) && data.type->size <= NODE_PIECE_BYTES
               ? span_bytes(data)
               : SIZE_MAX;
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

/* to = the operands of all ranks from byte `skipped` of what they show on,
 * combined. */
static void combine(const struct board *b, const struct coll_args *a,
                    struct span to, size_t skipped)
{
    const size_t bytes = span_bytes(to);
    memcpy(span_first_byte(to), data_of(b, a, b->size - 1) + skipped, bytes);
    for (int i = b->size - 2; i >= 0; i--)
        op_reduce(a->op, as_address(data_of(b, a, i) + skipped, to.type),
                  to.address, to.count, to.type);
    counter_add(p2p_process(b->comm->p2p)->counters, COUNTER_REDUCED_BYTES,
                bytes * (size_t)(b->size - 1));
}

/* As many elements as make a piece, or those that are left. */
static MPI_Count piece_count(struct span whole, MPI_Count done)
{
    const MPI_Count most = NODE_PIECE_BYTES / whole.type->size
                               ? (MPI_Count)(NODE_PIECE_BYTES /
                                             whole.type->size)
                               : 1;
    return whole.count - done < most ? whole.count - done : most;
}

static int await_bytes_of_all(struct board *b, size_t bytes)
{
    int err = MPI_SUCCESS;
    for (int i = 0; i < b->size && err == MPI_SUCCESS; i++)
        if (i != b->rank)
            err = board_await_bytes(b, i, bytes);
    return err;
}

/* The same for what is long, piece by piece as they come. */
static int combine_pieces(struct board *b, const struct coll_args *a,
                          struct span to, size_t skipped)
{
    int err = MPI_SUCCESS;
    for (MPI_Count done = 0; done < to.count && err == MPI_SUCCESS;) {
        const struct span piece = span_at(to, done, piece_count(to, done));
        err = await_bytes_of_all(b, skipped + span_bytes(piece));
        if (err != MPI_SUCCESS)
            break;
        combine(b, a, piece, skipped);
        done += piece.count;
        skipped += span_bytes(piece);
    }
    return err;
}

static inline bool has_parts(const struct board *b, size_t bytes)
{
    return bytes > BOARD_AREA_BYTES && bytes > b->hall_bytes;
}

/* Do a reduction that is longer than a hall part by part. */
static int run_in_parts(struct board *b, const struct coll_args *a,
                        node_operation *one)
{
    const struct span all = operand(a);
    const MPI_Count most = (MPI_Count)(b->hall_bytes / all.type->size);
    const bool has_result = a->kind == COLL_ALLREDUCE || a->root == b->rank;
    int err = MPI_SUCCESS;
    for (MPI_Count done = 0; done < all.count && err == MPI_SUCCESS;
         done += most) {
        const MPI_Count count = all.count - done < most ? all.count - done
                                                        : most;
        struct coll_args part = *a;
        if (a->send.address != MPI_IN_PLACE)
            part.send = span_at(a->send, done, count);
        if (has_result)
            part.recv = span_at(a->recv, done, count);
        err = one(b, &part);
    }
    return err;
}

int node_reduce(struct board *b, const struct coll_args *a)
{
    if (UNLIKELY(has_parts(b, span_bytes(operand(a)))))
        return run_in_parts(b, a, node_reduce);
    if (a->root != b->rank)
        return node_show(b, operand(a), a->root);
    /* Its own operand is in the way of the result when it is in place. */
    int err = a->send.address == MPI_IN_PLACE
                  ? node_show(b, a->recv, FOR_NONE)
                  : node_show_nothing(b);
    if (UNLIKELY(span_bytes(a->recv) > BOARD_AREA_BYTES))
        return err == MPI_SUCCESS ? combine_pieces(b, a, a->recv, 0) : err;
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

static int read_parts(struct board *b, struct span to)
{
    int err = MPI_SUCCESS;
    for (int i = 1; i < b->size && err == MPI_SUCCESS; i++) {
        const int from = (b->rank + i) % b->size;
        size_t bytes;
        err = board_await_bytes(b, from, SIZE_MAX);
        if (err == MPI_SUCCESS)
            node_read(b, part_at(b, to, from), board_data(b, from, &bytes));
    }
    return err;
}

/* All have shown their operands, or some of what is long. */
static int allreduce_cut(struct board *b, const struct coll_args *a)
{
    const struct span part = part_at(b, a->recv, b->rank);
    const MPI_Count first = shares_even_first(a->recv.count, b->size, b->rank);
    /* Into the user's buffer, where it is wanted anyway. */
    int err = combine_pieces(b, a, part, (size_t)first * part.type->size);
    if (LIKELY(err == MPI_SUCCESS))
        err = node_show(b, part, FOR_ALL);
    return LIKELY(err == MPI_SUCCESS) ? read_parts(b, a->recv) : err;
}

int node_allreduce(struct board *b, const struct coll_args *a)
{
    const size_t bytes = span_bytes(a->recv);
    if (UNLIKELY(has_parts(b, bytes)))
        return run_in_parts(b, a, node_allreduce);
    int err = node_show(b, operand(a), bytes < CUT_BYTES ? FOR_NONE : FOR_ALL);
    if (UNLIKELY(err != MPI_SUCCESS))
        return err;
    if (bytes >= CUT_BYTES)
        return allreduce_cut(b, a);
    err = board_await_all(b);
    if (LIKELY(err == MPI_SUCCESS))
        combine(b, a, a->recv, 0);
    return err;
}

/* What reduce_scatter_block combines: a block for each rank. */
int node_reduce_scatter_block(struct board *b, const struct coll_args *a)
{
    const bool is_in_place = a->send.address == MPI_IN_PLACE;
    const struct span blocks = {
        is_in_place ? a->recv.address : a->send.address,
        a->recv.count * b->size, a->recv.type };
    const size_t own = span_bytes(a->recv) * (size_t)b->rank;
    int err = node_show(b, blocks, FOR_ALL);
    if (span_bytes(blocks) > BOARD_AREA_BYTES)
        return err == MPI_SUCCESS ? combine_pieces(b, a, a->recv, own) : err;
    if (LIKELY(err == MPI_SUCCESS))
        err = board_await_all(b);
    if (err == MPI_SUCCESS)
        combine(b, a, a->recv, own);
    return err;
}
