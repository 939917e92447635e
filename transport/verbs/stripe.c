/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads and writes on a track: as rdma.c, with a queue of requests that are
 * all signalled.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/stripe.h"

#include "runtime/base/log.h"
#include "transport/verbs/rail.h"
#include "transport/verbs/rdma.h"

/* False: the track is broken. */
static bool post(struct track *t, struct ibv_send_wr *wr,
                 const struct track_sent *sent)
{
    struct verbs *v = verbs_of(t->connection);
    struct ibv_send_wr *bad;
    wr->wr_id = (uintptr_t)t;
    wr->send_flags = IBV_SEND_SIGNALED;
    int status = ibv_post_send(t->id->qp, wr, &bad);
    if (UNLIKELY(status != 0)) {
        track_break(t, status);
        return false;
    }
    t->sent[t->requested++ % TRACK_QUEUE] = *sent;
    t->lanes[sent->lane].requests++;
    sent->move->requests++;
    v->rail->requests++;
    v->chores |= CHORE_RAIL;
    return true;
}

static bool post_piece(struct track *t, struct rdma_move *m)
{
    const struct rail *r = verbs_of(t->connection)->rail;
    const struct track_sent sent = { m, m->direction };
    struct rdma_request request;
    rdma_describe(m, r->device.max_message_bytes, 1, &request);
    return post(t, &request.wr, &sent);
}

/* The last byte that m has written. */
static uint64_t last_written(const struct rdma_move *m)
{
    const struct spot *at = &m->there;
    const struct slice *run = &m->runs[at->inside ? at->slice : at->slice - 1];
    return (uintptr_t)run->address + (at->inside ? at->inside : run->bytes) - 1;
}

/* Read that byte. */
static bool post_flush(struct track *t, struct rdma_move *m)
{
    const struct rail *r = verbs_of(t->connection)->rail;
    const struct track_sent sent = { m, DIRECTION_GET };
    struct ibv_sge sge = { .addr = (uintptr_t)r->scratch.memory, .length = 1,
                           .lkey = r->scratch.mr->lkey };
    struct ibv_send_wr wr = { .sg_list = &sge, .num_sge = 1,
                              .opcode = IBV_WR_RDMA_READ,
                              .wr.rdma = { last_written(m), m->keys[1].remote } };
    m->must_flush = false;
    return post(t, &wr, &sent);
}

static bool has_room(const struct track *t, enum direction lane)
{
    return t->lanes[lane].requests < t->lanes[lane].requests_max;
}

/* The next request of m; false when it must wait, or the track is broken. */
static bool advance_move(struct track *t, struct rdma_move *m)
{
    if (m->left > 0)
        return has_room(t, m->direction) && post_piece(t, m);
    return has_room(t, DIRECTION_GET) && post_flush(t, m);
}

static void advance(struct track *t, enum direction lane)
{
    struct list *first;
    while ((first = list_first(&t->lanes[lane].waiting)) != NULL) {
        struct rdma_move *m = CONTAINER_OF(first, struct rdma_move, link);
        if (!advance_move(t, m))
            return;
        if (m->left == 0 && !m->must_flush) {
            list_remove(&m->link);
            list_append(&t->posted, &m->link);
        }
    }
}

/* Take m, which goes by this track from its beginning. */
static void take(struct track *t, struct rdma_move *m)
{
    m->must_flush = m->direction == DIRECTION_PUT;
    list_append(&t->lanes[m->direction].waiting, &m->link);
    advance(t, m->direction);
}

/* How many bytes of m go by the track. */
static size_t share_of(const struct connection *c, const struct rdma_move *m)
{
    const struct track *t = c->track;
    const unsigned share = verbs_of(c)->rail->share;
    if (m->bytes >= SPLIT_BYTES)
        return (m->bytes / 256 * share) & ~(size_t)4095;
    return m->bytes >= WHOLE_BYTES && c->lanes[m->direction].requests >
                                          t->lanes[m->direction].requests
               ? m->bytes : 0;
}

bool stripe_start(struct connection *c, struct rdma_move *m)
{
    struct verbs *v = verbs_of(c);
    struct track *t = c->track;
    if (t->state == TRACK_NONE && m->bytes >= SPLIT_BYTES)
        track_want(c);
    if (t->state != TRACK_READY || !m->keys[1].local || !m->keys[1].remote ||
        t->lanes[DIRECTION_GET].requests_max == 0)
        return false;
    const size_t bytes = share_of(c, m);
    struct list *free = list_first(&v->moves_free);
    if (bytes == 0 || (bytes < m->bytes && !free))
        return false;
    if (bytes == m->bytes) {
        take(t, m);
        return true;
    }
    struct rdma_move *other = CONTAINER_OF(free, struct rdma_move, link);
    list_remove(free);
    *other = *m;
    list_init(&other->link);
    m->parts = 2;
    m->bytes -= bytes;
    m->left = m->bytes;
    other->start = m->bytes;
    other->bytes = other->left = bytes;
    rdma_rewind(other);
    list_append(&c->lanes[m->direction].waiting, &m->link);
    rdma_advance_waiting(c);
    take(t, other);
    return true;
}

void stripe_take(struct track *t)
{
    struct verbs *v = verbs_of(t->connection);
    const struct track_sent sent = t->sent[t->answered++ % TRACK_QUEUE];
    t->lanes[sent.lane].requests--;
    v->rail->requests--;
    rdma_settle(v, sent.move, 1);
    for (int lane = 0; lane < DIRECTIONS && t->state == TRACK_READY; lane++)
        advance(t, (enum direction)lane);
}

static void restart_all(struct connection *c, struct list *moves)
{
    struct list *first;
    while ((first = list_first(moves)) != NULL)
        rdma_restart(c, CONTAINER_OF(first, struct rdma_move, link));
}

void stripe_give_back(struct track *t)
{
    struct connection *c = t->connection;
    restart_all(c, &t->posted);
    for (int i = 0; i < DIRECTIONS; i++)
        restart_all(c, &t->lanes[i].waiting);
    if (c->state == CONNECTION_READY)
        rdma_advance_waiting(c);
}
