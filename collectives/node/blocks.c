/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The collectives in which a rank has a block for each other one: scatter and
 * alltoall. As in move.c, but everybody reads its own block of what is shown.
 */
#include "collectives/node/board.h"
#include "collectives/node/node.h"
#include "runtime/base/error.h"

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
        node_show_pieces(b, place, hall_place(b, b->rank, to, bytes),
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
            err = node_read_pieces(b, (struct part){ a->recv, at, n }, a->root,
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
    board_note_root(b, a->root);
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
    bool is_done;
    int err = node_exchange(b, a, &is_done);
    if (is_done)
        return err;
    for (size_t at = 0, n; at < all && err == MPI_SUCCESS; at += n) {
        n = step_bytes(b, all - at);
        err = show_long_blocks(b, blocks, at, n);
        for (int i = 1; i < b->size && err == MPI_SUCCESS; i++) {
            const int from = (b->rank + i) % b->size;
            const struct span to = coll_recv_block(a, from);
            err = node_read_pieces(b, (struct part){ to, at, n }, from,
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
