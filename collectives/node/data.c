/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Showing data on a board and reading it there: packed, counted, and what is
 * long piece by piece, so that it is read while the rest is being written.
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

void node_show_pieces(struct board *b, char *place, size_t before,
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
        node_show_pieces(b, place, 0, from, audience);
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

int node_read_pieces(struct board *b, struct part to, int rank, size_t before)
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

int node_read_all(struct board *b, struct part to, int rank)
{
    size_t shown;
    int err = node_read_pieces(b, to, rank, 0);
    if (err == MPI_SUCCESS)
        err = board_await_bytes(b, rank, SIZE_MAX);
    if (err != MPI_SUCCESS)
        return err;
    board_data(b, rank, &shown);
    return LIKELY(shown == to.bytes) ? MPI_SUCCESS
                                     : size_error(rank, shown, to.bytes);
}

struct part node_part_of(const struct board *b, struct span span,
                         size_t offset)
{
    const size_t rest = span_bytes(span) - offset;
    return (struct part){ span, offset,
                          rest < b->hall_bytes ? rest : b->hall_bytes };
}

int node_read_whole(const struct board *b, struct span to, int rank)
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
