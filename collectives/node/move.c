/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The collectives that move a rank's data as a whole: barrier, bcast, gather,
 * allgather. One step each: who has something for others writes it once,
 * packed, and the others read it. Every rank enters every step, so that all
 * count alike.
 *
 * Cost   one write and, but for gather, one read of what a rank gets; the time
 *        of one signal between cores, or of one turn of all ranks on them
 */
#include "collectives/node/board.h"
#include "collectives/node/node.h"

int node_barrier(struct board *b, const struct coll_args *a)
{
    (void)a;
    /* So that the root is the last to come, and the first to leave: the others
     * find its next data ready (docs/shm.md). */
    if (UNLIKELY(b->is_ahead))
        board_give_way(b);
    int err = node_show_nothing(b);
    return LIKELY(err == MPI_SUCCESS) ? board_await_all(b) : err;
}

static NO_INLINE int bcast_long(struct board *b, const struct coll_args *a)
{
    int err = MPI_SUCCESS;
    for (size_t at = 0; at < span_bytes(a->recv) && err == MPI_SUCCESS;
         at += b->hall_bytes) {
        const struct part p = node_part_of(b, a->recv, at);
        if (a->root == b->rank) {
            err = node_show_part(b, p, FOR_ALL);
            continue;
        }
        err = node_show_nothing(b);
        if (err == MPI_SUCCESS)
            err = node_read_all(b, p, a->root);
    }
    return err;
}

int node_bcast(struct board *b, const struct coll_args *a)
{
    if (UNLIKELY(span_bytes(a->recv) > BOARD_AREA_BYTES))
        return bcast_long(b, a);
    board_note_root(b, a->root);
    if (a->root == b->rank)
        return node_show(b, a->recv, FOR_ALL);
    int err = node_show_nothing(b);
    if (LIKELY(err == MPI_SUCCESS))
        err = board_await(b, a->root);
    return LIKELY(err == MPI_SUCCESS) ? node_read_whole(b, a->recv, a->root)
                                      : err;
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
            err = node_read_whole(b, coll_recv_block(a, i), i);
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
        err = node_read_all(b, node_part_of(b, coll_recv_block(a, from), at),
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
    bool is_done = false;
    if (to_all)
        err = node_exchange(b, a, &is_done);
    if (is_done)
        return err;
    for (size_t at = 0; at < bytes && err == MPI_SUCCESS;
         at += b->hall_bytes) {
        err = is_root ? node_show_nothing(b)
                      : node_show_part(b, node_part_of(b, own, at),
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
    if (UNLIKELY(coll_bytes(a) >= NODE_PAIR_BYTES))
        return gather_long(b, a, own_block(b, a));
    int err = node_show(b, own_block(b, a), FOR_NONE);
    return LIKELY(err == MPI_SUCCESS) ? read_blocks(b, a) : err;
}
