/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Chunks and pieces. A chunk ends on a boundary that pages of any machine
 * share, or its neighbour would be registered together with it: kept
 * registrations that overlap become one.
 */
#define LOG_MODULE "p2p"
#include "runtime/p2p/move.h"

#include <stdlib.h>

#include "runtime/base/config.h"
#include "runtime/base/process.h"
#include "runtime/p2p/engine.h"

enum { BOUNDARY = 64 << 10 };

/* Most fields are set when they are needed. */
void move_create(struct p2p_request *r)
{
    struct p2p *p2p = r->p2p;
    struct move *m = p2p->free_moves;
    if (LIKELY(m != NULL))
        p2p->free_moves = m->next_free;
    else
        m = malloc(sizeof *m);
    if (!m)
        process_abort(p2p->process, MPI_ERR_NO_MEM,
                      "out of memory for a long message");
    m->local = layout_of(r->type, r->buffer);
    m->first = 0;
    m->count = 0;
    m->planned = 0;
    m->moved = 0;
    m->pieces = 0;
    m->lead = 0;
    m->err = MPI_SUCCESS;
    m->is_by_packets = false;
    m->is_waiting = false;
    m->is_aborted = false;
    for (int i = 0; i < MOVE_CHUNKS; i++) {
        m->chunks[i].region = NULL;
        m->chunks[i].is_granted = false;
    }
    r->move = m;
}

void move_destroy(struct p2p_request *r)
{
    struct move *m = r->move;
    for (int i = 0; i < MOVE_CHUNKS; i++)
        move_release(r, &m->chunks[i]);
    r->ep->lead -= m->lead;
    m->next_free = r->p2p->free_moves;
    r->p2p->free_moves = m;
    r->move = NULL;
}

void move_close_pool(struct p2p *p2p)
{
    while (p2p->free_moves) {
        struct move *m = p2p->free_moves;
        p2p->free_moves = m->next_free;
        free(m);
    }
}

uint64_t move_cut(const struct p2p_request *r, uint64_t offset)
{
    const uint64_t left = r->base.bytes - offset;
    const uint64_t most = settings.rendezvous_chunk_bytes;
    if (most == 0 || left <= most + most / 2 || !r->type->is_contiguous ||
        r->region)
        return left;
    const uintptr_t start = (uintptr_t)engine_address(r) + offset;
    const uint64_t bytes = align_up(start + most, BOUNDARY) - start;
    return bytes < left ? bytes : left;
}

int move_register_whole(struct p2p_request *r, enum region_use use)
{
    const struct transport_ops *ops = r->ep->transport->ops;
    if (LIKELY(r->type->is_contiguous))
        return ops->retain_region(r->ep, engine_address(r), r->base.bytes, use,
                                  &r->region);
    const size_t size = r->type->size;
    const struct span span = layout_span(r->type, r->buffer,
                                         (r->base.bytes + size - 1) / size);
    return ops->retain_region(r->ep, span.start, span.bytes, use, &r->region);
}

int move_register(struct p2p_request *r, struct chunk *c, enum region_use use)
{
    const struct transport_ops *ops = r->ep->transport->ops;
    if (r->region || c->region)
        return MPI_SUCCESS;
    if (LIKELY(r->type->is_contiguous))
        return ops->retain_region(r->ep, (char *)engine_address(r) + c->offset,
                                  c->bytes, use, &c->region);
    return move_register_whole(r, use);
}

void move_release(struct p2p_request *r, struct chunk *c)
{
    struct transport *t = r->ep->transport;
    if (c->region)
        t->ops->release_region(t, c->region);
    c->region = NULL;
}

static void piece_done(struct completion *completion, int err)
{
    struct chunk *c = CONTAINER_OF(completion, struct chunk, completion);
    struct p2p_request *r = c->request;
    struct move *m = r->move;
    c->pieces--;
    m->pieces--;
    if (UNLIKELY(err != MPI_SUCCESS)) {
        c->has_failed = true;
        m->err = err;
    }
    if (!m->is_waiting)
        request_advance(r);
}

struct chunk *move_append(struct p2p_request *r, uint64_t offset,
                          uint64_t bytes)
{
    struct move *m = r->move;
    if (m->count == MOVE_CHUNKS)
        return NULL;
    struct chunk *c = move_chunk(m, m->count++);
    c->completion.done = piece_done;
    c->request = r;
    c->offset = offset;
    c->bytes = bytes;
    c->posted = 0;
    c->here = cursor_at(&m->local, offset);
    c->pieces = 0;
    c->is_by_packets = false;
    c->has_failed = false;
    return c;
}

void move_set_remote(struct chunk *c, const struct layout *remote,
                     uint64_t skip, uint64_t key)
{
    c->remote = *remote;
    c->there = cursor_at(&c->remote, skip);
    c->remote_key = key;
}

/* What one transfer moves, here and there. */
struct piece {
    struct slice slices[SLICES_MAX];
    struct slice runs[SLICES_MAX];
};

static void add_slice(struct piece *p, struct transfer *t, uintptr_t local,
                      size_t bytes)
{
    struct slice *next = &p->slices[t->slice_count];
    if (t->slice_count > 0 &&
        (uintptr_t)next[-1].address + next[-1].bytes == local) {
        next[-1].bytes += bytes;
    } else {
        *next = (struct slice){ (void *)local, bytes };
        t->slice_count++;
    }
    t->bytes += bytes;
}

/* Fill slices for the next run there, or for as much of it as they reach. */
static void take_run(const struct p2p_request *r, struct chunk *c,
                     struct piece *p, struct transfer *t)
{
    struct cursor there = c->there;
    uintptr_t address, local;
    const size_t start = t->bytes;
    const size_t end = start + cursor_take(&there, c->bytes - c->posted - start,
                                           &address);
    while (t->bytes < end && t->slice_count < r->ep->slices_max) {
        size_t part = cursor_take(&c->here, end - t->bytes, &local);
        add_slice(p, t, local, part);
    }
    const size_t bytes = t->bytes - start;
    cursor_take(&c->there, bytes, &address);
    p->runs[t->run_count++] = (struct slice){ (void *)address, bytes };
}

/* The next piece: as many runs as one transfer takes. */
static void take_piece(const struct p2p_request *r, struct chunk *c,
                       struct piece *p, struct transfer *t)
{
    const size_t left = c->bytes - c->posted;
    t->bytes = 0;
    t->slice_count = 0;
    t->run_count = 0;
    do
        take_run(r, c, p, t);
    while (t->bytes < left && t->run_count < r->ep->runs_max &&
           t->slice_count < r->ep->slices_max);
    t->remote_address = (uintptr_t)p->runs[0].address;
}

enum post move_post(struct p2p_request *r, struct chunk *c,
                    enum post (*post)(struct endpoint *,
                                      const struct transfer *))
{
    struct move *m = r->move;
    struct piece piece;
    struct transfer t = { .slices = piece.slices, .runs = piece.runs,
                          .region = c->region ? c->region : r->region,
                          .remote_key = c->remote_key,
                          .completion = &c->completion };
    while (c->posted < c->bytes) {
        if (m->pieces == MOVE_PIECES)
            return POST_PENDING;
        const struct cursor here = c->here, there = c->there;
        take_piece(r, c, &piece, &t);
        enum post result = post(r->ep, &t);
        if (result == POST_BUSY || result == POST_FAILED) {
            c->here = here;
            c->there = there;
            return result;
        }
        c->posted += t.bytes;
        if (result == POST_PENDING) {
            c->pieces++;
            m->pieces++;
        }
    }
    return POST_DONE;
}
