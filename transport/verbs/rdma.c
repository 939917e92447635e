/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gets and puts are one thing but for the direction. Each direction of a
 * connection has its queue and its limit: reads are held to what the devices
 * have agreed on, writes to so many that packets behind them need not wait
 * long. A request takes as many slices as the device's largest message lets
 * it; each is signalled and holds its move.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/rdma.h"

#include <mpi.h>

#include "runtime/base/process.h"
#include "transport/verbs/memory.h"
#include "transport/verbs/post.h"
#include "transport/verbs/stripe.h"
#include "transport/verbs/track.h"

void rdma_open(struct verbs *v)
{
    list_init(&v->moves_free);
    for (int i = 0; i < MOVES; i++)
        list_append(&v->moves_free, &v->moves[i].link);
}

void rdma_init(struct connection *c)
{
    for (int i = 0; i < DIRECTIONS; i++)
        list_init(&c->lanes[i].waiting);
    list_init(&c->moves_posted);
    c->lanes[DIRECTION_PUT].requests_max = MOVES_PER_PEER;
}

void rdma_set_reads(struct connection *c, unsigned reads)
{
    c->lanes[DIRECTION_GET].requests_max =
        reads < MOVES_PER_PEER ? reads : MOVES_PER_PEER;
    c->base.can_get = reads > 0;
}

/* Describe the next at most `bytes` bytes of m's slices; returns how many list
 * entries that takes. */
static int take_slices(struct rdma_move *m, size_t bytes, uint32_t key,
                       struct ibv_sge *sge)
{
    int count = 0;
    while (bytes > 0) {
        const struct slice *s = &m->slices[m->slice];
        size_t part = s->bytes - m->inside;
        if (part > bytes)
            part = bytes;
        sge[count++] = (struct ibv_sge){
            .addr = (uintptr_t)s->address + m->inside,
            .length = (uint32_t)part, .lkey = key };
        bytes -= part;
        m->inside += part;
        if (m->inside == s->bytes) {
            m->slice++;
            m->inside = 0;
        }
    }
    return count;
}

size_t rdma_describe(struct rdma_move *m, size_t most, int rail,
                     struct rdma_request *out)
{
    size_t bytes = m->left < most ? m->left : most;
    out->wr = (struct ibv_send_wr){
        .sg_list = out->sge,
        .num_sge = take_slices(m, bytes, m->keys[rail].local, out->sge),
        .opcode = m->direction == DIRECTION_GET ? IBV_WR_RDMA_READ
                                                : IBV_WR_RDMA_WRITE,
        .wr.rdma = { m->remote, m->keys[rail].remote } };
    m->remote += bytes;
    m->left -= bytes;
    return bytes;
}

/* Request the next piece, at most the device's largest message. */
static bool post_piece(struct connection *c, struct rdma_move *m)
{
    struct rdma_request request;
    rdma_describe(m, verbs_of(c)->device.max_message_bytes, 0, &request);
    if (!post_request(c, &request.wr, SENT_MOVE, m))
        return false;
    m->requests++;
    c->lanes[m->direction].requests++;
    return true;
}

/* False when a post was refused. */
static bool advance_lane(struct connection *c, struct lane *lane)
{
    struct list *first;
    while ((first = list_first(&lane->waiting)) != NULL &&
           lane->requests < lane->requests_max &&
           post_room(c) > SEND_RESERVE) {
        struct rdma_move *m = CONTAINER_OF(first, struct rdma_move, link);
        if (!post_piece(c, m))
            return false;
        if (m->left == 0) {
            list_remove(&m->link);
            list_append(&c->moves_posted, &m->link);
        }
    }
    return true;
}

void rdma_advance_waiting(struct connection *c)
{
    if (advance_lane(c, &c->lanes[DIRECTION_GET]))
        advance_lane(c, &c->lanes[DIRECTION_PUT]);
}

static struct rdma_move *make_move(struct verbs *v, const struct transfer *t,
                                   enum direction direction)
{
    struct list *free = list_first(&v->moves_free);
    struct rdma_move *m = CONTAINER_OF(free, struct rdma_move, link);
    list_remove(&m->link);
    m->completion = t->completion;
    for (unsigned i = 0; i < t->slice_count; i++)
        m->slices[i] = t->slices[i];
    m->slice = 0;
    m->inside = 0;
    for (int rail = 0; rail < RAILS; rail++)
        m->keys[rail] = (struct rdma_keys){
            memory_local_key(t->region, rail),
            (uint32_t)(t->remote_key >> (32 * rail)) };
    m->remote = t->remote_address;
    m->bytes = t->bytes;
    m->left = t->bytes;
    m->start = 0;
    m->requests = 0;
    m->direction = direction;
    m->must_flush = false;
    m->whole = m;
    m->parts = 1;
    m->err = MPI_SUCCESS;
    return m;
}

static enum post start(struct endpoint *ep, const struct transfer *t,
                       enum direction direction)
{
    struct connection *c = CONTAINER_OF(ep, struct connection, base);
    struct verbs *v = verbs_of(c);
    if (UNLIKELY(c->state != CONNECTION_READY))
        return post_refuse(c);
    if (t->bytes == 0)
        return POST_DONE;
    if (UNLIKELY(list_is_empty(&v->moves_free))) {
        hotring_unbook(c);
        return POST_BUSY;
    }
    struct rdma_move *m = make_move(v, t, direction);
    if (c->track && stripe_start(c, m))
        return POST_PENDING;
    list_append(&c->lanes[direction].waiting, &m->link);
    advance_lane(c, &c->lanes[direction]);
    return POST_PENDING;
}

enum post rdma_get(struct endpoint *ep, const struct transfer *get)
{
    return start(ep, get, DIRECTION_GET);
}

enum post rdma_put(struct endpoint *ep, const struct transfer *put)
{
    return start(ep, put, DIRECTION_PUT);
}

/* The last part of a transfer to finish completes it. */
static void finish(struct verbs *v, struct rdma_move *m, int err)
{
    struct rdma_move *whole = m->whole;
    struct completion *completion = whole->completion;
    list_remove(&m->link);
    if (err != MPI_SUCCESS)
        whole->err = err;
    if (m != whole)
        list_append(&v->moves_free, &m->link);
    if (--whole->parts > 0)
        return;
    err = whole->err;
    list_append(&v->moves_free, &whole->link);
    completion->done(completion, err);
}

void rdma_settle(struct verbs *v, struct rdma_move *m)
{
    static const enum counter moved[DIRECTIONS] = {
        [DIRECTION_GET] = COUNTER_RDMA_READ_BYTES,
        [DIRECTION_PUT] = COUNTER_RDMA_WRITE_BYTES,
    };
    m->requests--;
    if (m->left == 0 && m->requests == 0 && !m->must_flush) {
        counter_add(v->base.process->counters, moved[m->direction], m->bytes);
        finish(v, m, MPI_SUCCESS);
    }
}

void rdma_answer(struct connection *c, struct rdma_move *m)
{
    c->lanes[m->direction].requests--;
    rdma_settle(verbs_of(c), m);
}

void rdma_rewind(struct rdma_move *m)
{
    size_t start = m->start;
    m->remote -= m->bytes - m->left;
    m->left = m->bytes;
    m->requests = 0;
    m->must_flush = false;
    for (m->slice = 0; start >= m->slices[m->slice].bytes; m->slice++)
        start -= m->slices[m->slice].bytes;
    m->inside = start;
}

void rdma_restart(struct connection *c, struct rdma_move *m)
{
    rdma_rewind(m);
    list_remove(&m->link);
    list_append(&c->lanes[m->direction].waiting, &m->link);
}

static void finish_all(struct verbs *v, struct list *moves, int err)
{
    struct list *first;
    while ((first = list_first(moves)) != NULL)
        finish(v, CONTAINER_OF(first, struct rdma_move, link), err);
}

void rdma_abandon(struct connection *c, int err)
{
    struct verbs *v = verbs_of(c);
    for (int i = 0; i < DIRECTIONS; i++)
        c->lanes[i].requests = 0;
    finish_all(v, &c->moves_posted, err);
    for (int i = 0; i < DIRECTIONS; i++)
        finish_all(v, &c->lanes[i].waiting, err);
    if (!c->track)
        return;
    finish_all(v, &c->track->posted, err);
    for (int i = 0; i < DIRECTIONS; i++)
        finish_all(v, &c->track->lanes[i].waiting, err);
}
