/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The collectives that only move data. One step each: who has something for
 * others writes it once, packed, and the others read their part. Every rank
 * enters every step, so that all count alike.
 *
 * Cost   one write and, but for gather, one read of what a rank gets; the time
 *        of one signal between cores, or of one turn of all ranks on them
 */
#include "collectives/node/node.h"

#include <stdint.h>
#include <string.h>

#include "collectives/node/board.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/objects/pack.h"
#include "runtime/p2p/p2p.h"

static inline void count(const struct board *b, enum counter which,
                         size_t bytes)
{
    counter_add(p2p_process(b->comm->p2p)->counters, which, bytes);
}

void node_write(const struct board *b, void *to, struct span from)
{
    const size_t bytes = span_bytes(from);
    count(b, COUNTER_COPIED_OUT_BYTES, bytes);
    if (LIKELY(span_is_contiguous(from)))
        board_write(b, to, span_first_byte(from), bytes);
    else
        span_copy(span_packed(to, bytes), from);
}

void node_read(const struct board *b, struct span to, const void *from)
{
    const size_t bytes = span_bytes(to);
    count(b, COUNTER_COPIED_IN_BYTES, bytes);
    if (LIKELY(span_is_contiguous(to)))
        memcpy(span_first_byte(to), from, bytes);
    else
        span_copy(to, span_packed((void *)(uintptr_t)from, bytes));
}

int node_show(struct board *b, struct span from, int audience)
{
    const size_t bytes = span_bytes(from);
    void *place;
    if (UNLIKELY(bytes > BOARD_AREA_BYTES))
        return node_show_part(b, (struct part){ from, 0, bytes }, audience);
    int err = board_next(b, bytes, &place);
    if (err != MPI_SUCCESS)
        return err;
    node_write(b, place, from);
    board_enter(b, bytes, audience);
    return MPI_SUCCESS;
}

/* ---- parts of what is long ---- */

static struct part piece_of(struct part p, size_t offset)
{
    const size_t rest = p.bytes - offset;
    return (struct part){ p.span, p.offset + offset,
                          rest < NODE_PIECE_BYTES ? rest : NODE_PIECE_BYTES };
}

/* Write, or read, one piece. */
static void write_piece(const struct board *b, char *to, struct part p)
{
    count(b, COUNTER_COPIED_OUT_BYTES, p.bytes);
    if (LIKELY(span_is_contiguous(p.span)))
        board_write(b, to, (char *)span_first_byte(p.span) + p.offset,
                    p.bytes);
    else
        pack_bytes(to, p.span.address, p.span.type, p.offset, p.bytes);
}

static void read_piece(const struct board *b, struct part p, const char *from)
{
    count(b, COUNTER_COPIED_IN_BYTES, p.bytes);
    if (LIKELY(span_is_contiguous(p.span)))
        memcpy((char *)span_first_byte(p.span) + p.offset, from, p.bytes);
    else
        unpack_bytes(p.span.address, from, p.span.type, p.offset, p.bytes);
}

/* Write at a place of which `before` bytes have been shown, and show these. */
static void show_pieces(struct board *b, char *place, size_t before,
                        struct part from, int audience)
{
    for (size_t at = 0; at < from.bytes; at += NODE_PIECE_BYTES) {
        const struct part p = piece_of(from, at);
        write_piece(b, place + before + at, p);
        board_show_some(b, before + at + p.bytes, audience);
    }
}

int node_show_part(struct board *b, struct part from, int audience)
{
    void *place;
    int err = board_next(b, from.bytes, &place);
    if (err != MPI_SUCCESS)
        return err;
    if (from.bytes > BOARD_AREA_BYTES)
        show_pieces(b, place, 0, from, audience);
    else
        write_piece(b, place, from);
    board_enter(b, from.bytes, audience);
    return MPI_SUCCESS;
}

static COLD int size_error(int rank, size_t sent, size_t wanted)
{
    return error_make(MPI_ERR_TRUNCATE, "rank %d of the communicator sends "
                      "%zu bytes where this rank receives %zu", rank, sent,
                      wanted);
}

/* Read of what a rank shows the bytes from `before` on as they come. */
static int read_pieces(struct board *b, struct part to, int rank, size_t before)
{
    for (size_t at = 0; at < to.bytes; at += NODE_PIECE_BYTES) {
        const struct part p = piece_of(to, at);
        const size_t end = before + at + p.bytes;
        int err = board_await_bytes(b, rank, end);
        if (err != MPI_SUCCESS)
            return err;
        size_t shown;
        const char *from = board_data(b, rank, &shown);
        if (UNLIKELY(shown < end))
            return size_error(rank, shown, before + to.bytes);
        read_piece(b, p, from + before + at);
    }
    return MPI_SUCCESS;
}

/* The same when these are all the bytes that it shows. */
static int read_all_pieces(struct board *b, struct part to, int rank)
{
    size_t shown;
    int err = read_pieces(b, to, rank, 0);
    if (err == MPI_SUCCESS)
        err = board_await_bytes(b, rank, SIZE_MAX);
    if (err != MPI_SUCCESS)
        return err;
    board_data(b, rank, &shown);
    return LIKELY(shown == to.bytes) ? MPI_SUCCESS
                                     : size_error(rank, shown, to.bytes);
}

/* The part of one step of those that are needed for so many bytes. */
static struct part part_of(const struct board *b, struct span span,
                           size_t offset)
{
    const size_t rest = span_bytes(span) - offset;
    return (struct part){ span, offset,
                          rest < b->hall_bytes ? rest : b->hall_bytes };
}

/* Read what a rank shows, which must fit. */
static int read_whole(const struct board *b, struct span to, int rank)
{
    size_t bytes;
    const void *from = board_data(b, rank, &bytes);
    if (LIKELY(bytes == span_bytes(to))) {
        node_read(b, to, from);
        return MPI_SUCCESS;
    }
    return size_error(rank, bytes, span_bytes(to));
}

int node_show_nothing(struct board *b)
{
    void *unused;
    int err = board_next(b, 0, &unused);
    if (LIKELY(err == MPI_SUCCESS))
        board_enter(b, 0, FOR_NONE);
    return err;
}

int node_barrier(struct board *b, const struct coll_args *a)
{
    (void)a;
    int err = node_show_nothing(b);
    return LIKELY(err == MPI_SUCCESS) ? board_await_all(b) : err;
}

static NO_INLINE int bcast_long(struct board *b, const struct coll_args *a)
{
    int err = MPI_SUCCESS;
    for (size_t at = 0; at < span_bytes(a->recv) && err == MPI_SUCCESS;
         at += b->hall_bytes) {
        const struct part p = part_of(b, a->recv, at);
        if (a->root == b->rank) {
            err = node_show_part(b, p, FOR_ALL);
            continue;
        }
        err = node_show_nothing(b);
        if (err == MPI_SUCCESS)
            err = read_all_pieces(b, p, a->root);
    }
    return err;
}

int node_bcast(struct board *b, const struct coll_args *a)
{
    if (UNLIKELY(span_bytes(a->recv) > BOARD_AREA_BYTES))
        return bcast_long(b, a);
    if (a->root == b->rank)
        return node_show(b, a->recv, FOR_ALL);
    int err = node_show_nothing(b);
    if (LIKELY(err == MPI_SUCCESS))
        err = board_await(b, a->root);
    return LIKELY(err == MPI_SUCCESS) ? read_whole(b, a->recv, a->root) : err;
}

/* Our own block, unless it is there. */
static void copy_own(const struct board *b, const struct coll_args *a)
{
    if (a->send.address != MPI_IN_PLACE)
        span_copy(coll_recv_block(a, b->rank), a->send);
}

/* Read the block that each rank shows; `own` is ours, or MPI_IN_PLACE. */
static int read_blocks(struct board *b, const struct coll_args *a)
{
    int err = board_await_all(b);
    for (int i = 0; i < b->size && err == MPI_SUCCESS; i++) {
        if (i != b->rank)
            err = read_whole(b, coll_recv_block(a, i), i);
        else
            copy_own(b, a);
    }
    return err;
}

/* The ranks after this one first, so that not all read the same. */
static int read_long_blocks(struct board *b, const struct coll_args *a,
                            size_t at)
{
    int err = MPI_SUCCESS;
    for (int i = 1; i < b->size && err == MPI_SUCCESS; i++) {
        const int from = (b->rank + i) % b->size;
        err = read_all_pieces(b, part_of(b, coll_recv_block(a, from), at),
                              from);
    }
    return err;
}

/* Of gather and allgather: `own` is what we show, if it is wanted. */
static NO_INLINE int gather_long(struct board *b, const struct coll_args *a,
                                 struct span own)
{
    const bool to_all = a->kind == COLL_ALLGATHER;
    const bool is_root = !to_all && a->root == b->rank;
    const size_t bytes = span_bytes(own);
    int err = MPI_SUCCESS;
    for (size_t at = 0; at < bytes && err == MPI_SUCCESS;
         at += b->hall_bytes) {
        err = is_root ? node_show_nothing(b)
                      : node_show_part(b, part_of(b, own, at),
                                       to_all ? FOR_ALL : a->root);
        if (err == MPI_SUCCESS && (to_all || is_root))
            err = read_long_blocks(b, a, at);
    }
    if (err == MPI_SUCCESS && (to_all || is_root))
        copy_own(b, a);
    return err;
}

/* What this rank contributes to a gather or an allgather. */
static inline struct span own_block(const struct board *b,
                                    const struct coll_args *a)
{
    return a->send.address == MPI_IN_PLACE ? coll_recv_block(a, b->rank)
                                           : a->send;
}

int node_gather(struct board *b, const struct coll_args *a)
{
    if (UNLIKELY(coll_bytes(a) > BOARD_AREA_BYTES))
        return gather_long(b, a, own_block(b, a));
    if (a->root != b->rank)
        return node_show(b, a->send, a->root);
    int err = node_show_nothing(b);
    return LIKELY(err == MPI_SUCCESS) ? read_blocks(b, a) : err;
}

int node_allgather(struct board *b, const struct coll_args *a)
{
    if (UNLIKELY(coll_bytes(a) > BOARD_AREA_BYTES))
        return gather_long(b, a, own_block(b, a));
    int err = node_show(b, own_block(b, a), FOR_NONE);
    return LIKELY(err == MPI_SUCCESS) ? read_blocks(b, a) : err;
}

/* Write a block for each rank, one after the other; nobody reads our own. */
static void write_blocks(const struct board *b, char *place, struct span blocks)
{
    const size_t own = span_bytes(blocks);
    const size_t before = own * (size_t)b->rank;
    node_write(b, place, span_at(blocks, 0, blocks.count * b->rank));
    node_write(b, place + before + own,
               span_at(blocks, blocks.count * (b->rank + 1),
                       blocks.count * (b->size - b->rank - 1)));
}

/* In a hall, the part for the next rank is first; there is none for ourselves.
 * The bytes shown say that it is a hall. */
static size_t hall_place(const struct board *b, int from, int to, size_t bytes)
{
    return bytes * (size_t)((to - from + b->size) % b->size - 1);
}

/* Write some bytes, from `at` on, of a block for each rank. */
static int show_long_blocks(struct board *b, struct span blocks, size_t at,
                            size_t bytes)
{
    const size_t all = bytes * (size_t)(b->size - 1);
    const size_t shown = all > BOARD_AREA_BYTES ? all : BOARD_AREA_BYTES + 1;
    void *place;
    int err = board_next(b, shown, &place);
    if (err != MPI_SUCCESS)
        return err;
    for (int i = 1; i < b->size; i++) {
        const int to = (b->rank + i) % b->size;
        const struct span block = span_at(blocks, blocks.count * to,
                                          blocks.count);
        show_pieces(b, place, hall_place(b, b->rank, to, bytes),
                    (struct part){ block, at, bytes }, FOR_ALL);
    }
    board_enter(b, shown, FOR_ALL);
    return MPI_SUCCESS;
}

/* Bytes of a block that one step moves. */
static size_t step_bytes(const struct board *b, size_t rest)
{
    const size_t most = b->hall_bytes / (size_t)(b->size - 1) / CACHE_LINE *
                        CACHE_LINE;
    return rest < most ? rest : most;
}

static int show_blocks(struct board *b, struct span blocks, int audience)
{
    const size_t bytes = span_bytes(blocks) * (size_t)b->size;
    void *place;
    int err = board_next(b, bytes, &place);
    if (err != MPI_SUCCESS)
        return err;
    write_blocks(b, place, blocks);
    board_enter(b, bytes, audience);
    return MPI_SUCCESS;
}

static COLD int block_error(const struct board *b, int rank, size_t shown,
                            size_t wanted)
{
    return error_make(MPI_ERR_TRUNCATE, "rank %d of the communicator sends "
                      "%zu bytes to each where this rank receives %zu", rank,
                      shown / (size_t)b->size, wanted);
}

/* Read our block of those that a rank shows. */
static int read_own_block(const struct board *b, struct span to, int rank)
{
    size_t bytes;
    const char *from = board_data(b, rank, &bytes);
    if (UNLIKELY(bytes != span_bytes(to) * (size_t)b->size))
        return block_error(b, rank, bytes, span_bytes(to));
    node_read(b, to, from + span_bytes(to) * (size_t)b->rank);
    return MPI_SUCCESS;
}

static NO_INLINE int scatter_long(struct board *b, const struct coll_args *a)
{
    const size_t all = coll_bytes(a);
    int err = MPI_SUCCESS;
    for (size_t at = 0, n; at < all && err == MPI_SUCCESS; at += n) {
        n = step_bytes(b, all - at);
        if (a->root == b->rank) {
            err = show_long_blocks(b, a->send, at, n);
            continue;
        }
        err = node_show_nothing(b);
        if (err == MPI_SUCCESS)
            err = read_pieces(b, (struct part){ a->recv, at, n }, a->root,
                              hall_place(b, a->root, b->rank, n));
    }
    if (a->root == b->rank && a->recv.address != MPI_IN_PLACE)
        span_copy(a->recv, coll_send_block(a, b->rank));
    return err;
}

static inline bool has_long_blocks(const struct board *b,
                                   const struct coll_args *a)
{
    return UNLIKELY(coll_bytes(a) * (size_t)b->size > BOARD_AREA_BYTES);
}

int node_scatter(struct board *b, const struct coll_args *a)
{
    int err;
    if (has_long_blocks(b, a))
        return scatter_long(b, a);
    if (a->root == b->rank) {
        err = show_blocks(b, a->send, FOR_ALL);
        if (err == MPI_SUCCESS && a->recv.address != MPI_IN_PLACE)
            span_copy(a->recv, coll_send_block(a, b->rank));
        return err;
    }
    err = node_show_nothing(b);
    if (LIKELY(err == MPI_SUCCESS))
        err = board_await(b, a->root);
    return LIKELY(err == MPI_SUCCESS) ? read_own_block(b, a->recv, a->root)
                                      : err;
}

/* In place, what a step sends was copied before anything of it is received. */
static NO_INLINE int alltoall_long(struct board *b, const struct coll_args *a)
{
    const bool is_in_place = a->send.address == MPI_IN_PLACE;
    const struct span blocks = is_in_place ? a->recv : a->send;
    const size_t all = coll_bytes(a);
    int err = MPI_SUCCESS;
    for (size_t at = 0, n; at < all && err == MPI_SUCCESS; at += n) {
        n = step_bytes(b, all - at);
        err = show_long_blocks(b, blocks, at, n);
        for (int i = 1; i < b->size && err == MPI_SUCCESS; i++) {
            const int from = (b->rank + i) % b->size;
            const struct span to = coll_recv_block(a, from);
            err = read_pieces(b, (struct part){ to, at, n }, from,
                              hall_place(b, from, b->rank, n));
        }
    }
    if (!is_in_place)
        span_copy(coll_recv_block(a, b->rank), coll_send_block(a, b->rank));
    return err;
}

int node_alltoall(struct board *b, const struct coll_args *a)
{
    const bool is_in_place = a->send.address == MPI_IN_PLACE;
    if (has_long_blocks(b, a))
        return alltoall_long(b, a);
    int err = show_blocks(b, is_in_place ? a->recv : a->send, FOR_NONE);
    if (LIKELY(err == MPI_SUCCESS))
        err = board_await_all(b);
    for (int i = 0; i < b->size && err == MPI_SUCCESS; i++)
        if (i != b->rank)
            err = read_own_block(b, coll_recv_block(a, i), i);
        else if (!is_in_place)
            span_copy(coll_recv_block(a, i), coll_send_block(a, i));
    return err;
}
