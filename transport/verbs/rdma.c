/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gets and puts are one thing but for the direction. Each direction of a
 * connection has its queue and its limit: reads are held to what the devices
 * have agreed on, writes to so many that packets behind them need not wait
 * long. A request takes as many slices as the device's largest message lets
 * it. Of the requests of a move that are posted together the last is signalled
 * and stands for all, since they complete in order.
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

/* Pass over bytes that end in the slice at which `at` stands. */
static void pass(struct spot *at, const struct slice *list, size_t bytes)
{
    at->inside += bytes;
    if (at->inside == list[at->slice].bytes)
        *at = (struct spot){ .slice = at->slice + 1 };
}

static struct spot find_spot(const struct slice *list, size_t offset)
{
    struct spot at = { .inside = offset };
    while (at.inside >= list[at.slice].bytes)
        at.inside -= list[at.slice++].bytes;
    return at;
}

/* Describe the next `bytes` bytes of m's slices; returns how many list entries
 * that takes. */
static int take_slices(struct rdma_move *m, size_t bytes, uint32_t key,
                       struct ibv_sge *sge)
{
    int count = 0;
    while (bytes > 0) {
        const struct slice *s = &m->slices[m->here.slice];
        size_t part = s->bytes - m->here.inside;
        if (part > bytes)
            part = bytes;
        sge[count++] = (struct ibv_sge){
            .addr = (uintptr_t)s->address + m->here.inside,
            .length = (uint32_t)part, .lkey = key };
        bytes -= part;
        pass(&m->here, m->slices, part);
    }
    return count;
}

void rdma_describe(struct rdma_move *m, size_t most, int rail,
                   struct rdma_request *out)
{
    const struct slice *run = &m->runs[m->there.slice];
    const uint64_t remote = (uintptr_t)run->address + m->there.inside;
    size_t bytes = run->bytes - m->there.inside;
    if (bytes > m->left)
        bytes = m->left;
    if (bytes > most)
        bytes = most;
    out->wr = (struct ibv_send_wr){
        .sg_list = out->sge,
        .num_sge = take_slices(m, bytes, m->keys[rail].local, out->sge),
        .opcode = m->direction == DIRECTION_GET ? IBV_WR_RDMA_READ
                                                : IBV_WR_RDMA_WRITE,
        .wr.rdma = { remote, m->keys[rail].remote } };
    pass(&m->there, m->runs, bytes);
    m->left -= bytes;
}

/* Requests that the device gets at once. Half of what may be on the wire, so
 * that it has the other half to do when these are answered. */
enum { CHAIN = MOVES_PER_PEER / 2 };

struct chain {
    unsigned count;
    struct rdma_request requests[CHAIN];
    struct rdma_move *moves[CHAIN];
};

/* Take what may be requested now, at most the device's largest message each. */
static void take_requests(struct connection *c, struct lane *lane,
                          struct chain *chain)
{
    const size_t most = verbs_of(c)->device.max_message_bytes;
    const unsigned room = post_room(c);
    struct list *first;
    chain->count = 0;
    while (chain->count < CHAIN && room > SEND_RESERVE + chain->count &&
           lane->requests < lane->requests_max &&
           (first = list_first(&lane->waiting)) != NULL) {
        struct rdma_move *m = CONTAINER_OF(first, struct rdma_move, link);
        rdma_describe(m, most, 0, &chain->requests[chain->count]);
        chain->moves[chain->count++] = m;
        m->requests++;
        lane->requests++;
        if (m->left == 0) {
            list_remove(&m->link);
            list_append(&c->moves_posted, &m->link);
        }
    }
}

/* Link the requests; the last of each move is signalled. */
static void link_requests(struct chain *chain)
{
    for (unsigned i = 0; i < chain->count; i++) {
        struct ibv_send_wr *wr = &chain->requests[i].wr;
        const bool is_last = i + 1 == chain->count;
        if (is_last || chain->moves[i + 1] != chain->moves[i])
            wr->send_flags = IBV_SEND_SIGNALED;
        if (!is_last)
            wr->next = &chain->requests[i + 1].wr;
    }
}

/* False when the device refused one; those before it are on their way. */
static bool post_chain(struct connection *c, struct chain *chain)
{
    struct ibv_send_wr *bad = NULL;
    unsigned requests = 0;
    link_requests(chain);
    hotring_unbook(c);
    int status = ibv_post_send(c->id->qp, &chain->requests[0].wr, &bad);
    for (unsigned i = 0; i < chain->count; i++) {
        const struct ibv_send_wr *wr = &chain->requests[i].wr;
        if (UNLIKELY(status != 0) && wr == bad)
            break;
        c->posted++;
        c->unsignalled++;
        requests++;
        if (wr->send_flags & IBV_SEND_SIGNALED) {
            post_note_signal(c, SENT_MOVE, chain->moves[i], requests);
            requests = 0;
        }
    }
    if (UNLIKELY(status != 0)) {
        connection_break(c, "cannot send to", status);
        return false;
    }
    hotring_book(c);
    return true;
}

/* False when a post was refused. */
static bool advance_lane(struct connection *c, struct lane *lane)
{
    struct chain chain;
    while (take_requests(c, lane, &chain), chain.count > 0)
        if (!post_chain(c, &chain))
            return false;
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
    m->runs[0] = (struct slice){ (void *)(uintptr_t)t->remote_address,
                                 t->bytes };
    for (unsigned i = 0; i < t->run_count; i++)
        m->runs[i] = t->runs[i];
    m->here = m->there = (struct spot){ .slice = 0 };
    for (int rail = 0; rail < RAILS; rail++)
        m->keys[rail] = (struct rdma_keys){
            memory_local_key(v, t->region, rail),
            (uint32_t)(t->remote_key >> (32 * rail)) };
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

void rdma_settle(struct verbs *v, struct rdma_move *m, unsigned requests)
{
    static const enum counter moved[DIRECTIONS] = {
        [DIRECTION_GET] = COUNTER_RDMA_READ_BYTES,
        [DIRECTION_PUT] = COUNTER_RDMA_WRITE_BYTES,
    };
    m->requests -= requests;
    if (m->left == 0 && m->requests == 0 && !m->must_flush) {
        counter_add(v->base.process->counters, moved[m->direction], m->bytes);
        finish(v, m, MPI_SUCCESS);
    }
}

void rdma_answer(struct connection *c, struct rdma_move *m, unsigned requests)
{
    c->lanes[m->direction].requests -= requests;
    rdma_settle(verbs_of(c), m, requests);
}

void rdma_rewind(struct rdma_move *m)
{
    m->left = m->bytes;
    m->requests = 0;
    m->must_flush = false;
    m->here = find_spot(m->slices, m->start);
    m->there = find_spot(m->runs, m->start);
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
