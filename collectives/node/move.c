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

#include <string.h>

#include "collectives/node/board.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
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
    int err = board_next(b, bytes, &place);
    if (err != MPI_SUCCESS)
        return err;
    node_write(b, place, from);
    board_enter(b, bytes, audience);
    return MPI_SUCCESS;
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
    return error_make(MPI_ERR_TRUNCATE, "rank %d of the communicator sends "
                      "%zu bytes where this rank receives %zu", rank, bytes,
                      span_bytes(to));
}

/* Enter without data, for the step's sake. */
static int enter_empty(struct board *b)
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
    int err = enter_empty(b);
    return LIKELY(err == MPI_SUCCESS) ? board_await_all(b) : err;
}

int node_bcast(struct board *b, const struct coll_args *a)
{
    if (a->root == b->rank)
        return node_show(b, a->recv, FOR_ALL);
    int err = enter_empty(b);
    if (LIKELY(err == MPI_SUCCESS))
        err = board_await(b, a->root);
    return LIKELY(err == MPI_SUCCESS) ? read_whole(b, a->recv, a->root) : err;
}

/* Read the block that each rank shows; `own` is ours, or MPI_IN_PLACE. */
static int read_blocks(struct board *b, const struct coll_args *a)
{
    int err = board_await_all(b);
    for (int i = 0; i < b->size && err == MPI_SUCCESS; i++) {
        if (i != b->rank)
            err = read_whole(b, coll_recv_block(a, i), i);
        else if (a->send.address != MPI_IN_PLACE)
            span_copy(coll_recv_block(a, i), a->send);
    }
    return err;
}

int node_gather(struct board *b, const struct coll_args *a)
{
    if (a->root != b->rank)
        return node_show(b, a->send, a->root);
    int err = enter_empty(b);
    return LIKELY(err == MPI_SUCCESS) ? read_blocks(b, a) : err;
}

int node_allgather(struct board *b, const struct coll_args *a)
{
    const struct span own = a->send.address == MPI_IN_PLACE
                                ? coll_recv_block(a, b->rank)
                                : a->send;
    int err = node_show(b, own, FOR_NONE);
    return LIKELY(err == MPI_SUCCESS) ? read_blocks(b, a) : err;
}

/* Write a block for each rank, one after the other; nobody reads our own. */
static int show_blocks(struct board *b, struct span blocks, int audience)
{
    const size_t bytes = span_bytes(blocks) * (size_t)b->size;
    void *place;
    int err = board_next(b, bytes, &place);
    if (err != MPI_SUCCESS)
        return err;
    const size_t before = span_bytes(blocks) * (size_t)b->rank;
    const size_t own = span_bytes(blocks);
    node_write(b, place, span_at(blocks, 0, blocks.count * b->rank));
    node_write(b, (char *)place + before + own,
               span_at(blocks, blocks.count * (b->rank + 1),
                       blocks.count * (b->size - b->rank - 1)));
    board_enter(b, bytes, audience);
    return MPI_SUCCESS;
}

/* Read our block of those that a rank shows. */
static int read_own_block(const struct board *b, struct span to, int rank)
{
    size_t bytes;
    const char *from = board_data(b, rank, &bytes);
    if (LIKELY(bytes == span_bytes(to) * (size_t)b->size)) {
        node_read(b, to, from + span_bytes(to) * (size_t)b->rank);
        return MPI_SUCCESS;
    }
    return error_make(MPI_ERR_TRUNCATE, "rank %d of the communicator sends "
                      "%zu bytes to each where this rank receives %zu", rank,
                      bytes / (size_t)b->size, span_bytes(to));
}

int node_scatter(struct board *b, const struct coll_args *a)
{
    int err;
    if (a->root == b->rank) {
        err = show_blocks(b, a->send, FOR_ALL);
        if (err == MPI_SUCCESS && a->recv.address != MPI_IN_PLACE)
            span_copy(a->recv, coll_send_block(a, b->rank));
        return err;
    }
    err = enter_empty(b);
    if (LIKELY(err == MPI_SUCCESS))
        err = board_await(b, a->root);
    return LIKELY(err == MPI_SUCCESS) ? read_own_block(b, a->recv, a->root)
                                      : err;
}

/* In place, what we send was copied before anything is received. */
int node_alltoall(struct board *b, const struct coll_args *a)
{
    const bool is_in_place = a->send.address == MPI_IN_PLACE;
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
