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
static int take_slices(struct rdma_move *m, size_t bytes, struct ibv_sge *sge)
{
    int count = 0;
    while (bytes > 0) {
        const struct slice *s = &m->slices[m->slice];
        size_t part = s->bytes - m->inside;
        if (part > bytes)
            part = bytes;
        sge[count++] = (struct ibv_sge){
            .addr = (uintptr_t)s->address + m->inside,
            .length = (uint32_t)part, .lkey = m->local_key };
        bytes -= part;
        m->inside += part;
        if (m->inside == s->bytes) {
            m->slice++;
            m->inside = 0;
        }
    }
    return count;
}

/* Request the next piece, at most the device's largest message. */
static bool post_piece(struct connection *c, struct rdma_move *m)
{
    size_t most = verbs_of(c)->device.max_message_bytes;
    size_t bytes = m->left < most ? m->left : most;
    struct ibv_sge sge[SLICES_MAX];
    struct ibv_send_wr wr = { .sg_list = sge,
                              .num_sge = take_slices(m, bytes, sge),
                              .opcode = m->direction == DIRECTION_GET
                                            ? IBV_WR_RDMA_READ
                                            : IBV_WR_RDMA_WRITE,
                              .wr.rdma = { m->remote, m->remote_key } };
    if (!post_request(c, &wr, SENT_MOVE, m))
        return false;
    m->remote += bytes;
    m->left -= bytes;
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

static enum post start(struct endpoint *ep, const struct transfer *t,
                       enum direction direction)
{
    struct connection *c = CONTAINER_OF(ep, struct connection, base);
    struct verbs *v = verbs_of(c);
    if (UNLIKELY(c->state != CONNECTION_READY))
        return post_refuse(c);
    struct list *free = list_first(&v->moves_free);
    if (t->bytes == 0)
        return POST_DONE;
    if (UNLIKELY(!free)) {
        hotring_unbook(c);
        return POST_BUSY;
    }
    struct rdma_move *m = CONTAINER_OF(free, struct rdma_move, link);
    list_remove(&m->link);
    m->completion = t->completion;
    for (unsigned i = 0; i < t->slice_count; i++)
        m->slices[i] = t->slices[i];
    m->slice = 0;
    m->inside = 0;
    m->local_key = memory_local_key(t->region);
    m->remote = t->remote_address;
    m->remote_key = (uint32_t)t->remote_key;
    m->bytes = t->bytes;
    m->left = t->bytes;
    m->requests = 0;
    m->direction = direction;
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

static void finish(struct verbs *v, struct rdma_move *m, int err)
{
    struct completion *completion = m->completion;
    list_remove(&m->link);
    list_append(&v->moves_free, &m->link);
    completion->done(completion, err);
}

void rdma_answer(struct connection *c, struct rdma_move *m)
{
    static const enum counter moved[DIRECTIONS] = {
        [DIRECTION_GET] = COUNTER_RDMA_READ_BYTES,
        [DIRECTION_PUT] = COUNTER_RDMA_WRITE_BYTES,
    };
    struct verbs *v = verbs_of(c);
    c->lanes[m->direction].requests--;
    m->requests--;
    if (m->left == 0 && m->requests == 0) {
        counter_add(v->base.process->counters, moved[m->direction], m->bytes);
        finish(v, m, MPI_SUCCESS);
    }
}

void rdma_abandon(struct connection *c, int err)
{
    struct verbs *v = verbs_of(c);
    struct list *first;
    for (int i = 0; i < DIRECTIONS; i++)
        c->lanes[i].requests = 0;
    while ((first = list_first(&c->moves_posted)) != NULL ||
           (first = list_first(&c->lanes[DIRECTION_GET].waiting)) != NULL ||
           (first = list_first(&c->lanes[DIRECTION_PUT].waiting)) != NULL)
        finish(v, CONTAINER_OF(first, struct rdma_move, link), err);
}
