/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a queue pair of the second rail comes up, and its end.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/track.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/post.h"
#include "transport/verbs/rail.h"
#include "transport/verbs/stripe.h"

/* rxe repeats without end when it is told 7 times; who has another way must
 * give up some time. */
enum { RESOLVE_MSEC = 2000, RETRIES_MAX = 6 };

static struct verbs *owner_of(const struct track *t)
{
    return verbs_of(t->connection);
}

void track_make(struct connection *c, const struct sockaddr_in6 *address)
{
    struct track *t = c->track ? c->track : calloc(1, sizeof *t);
    if (!t)
        return;
    if (!c->track) {
        t->connection = c;
        list_init(&t->link);
        list_init(&t->posted);
        for (int i = 0; i < DIRECTIONS; i++)
            list_init(&t->lanes[i].waiting);
    }
    if (address)
        t->address = *address;
    c->track = t;
}

bool track_agree(struct connection *c, bool peer_has_it)
{
    if (verbs_of(c)->rail && peer_has_it)
        track_make(c, NULL);
    else if (c->track)
        c->track->state = TRACK_GONE;
    return c->track && c->track->state != TRACK_GONE;
}

/* ---- its end ---- */

/* Let go of queue pair and id: nothing moves there from now on. */
static void end(struct track *t, enum track_state state)
{
    struct rail *r = owner_of(t)->rail;
    list_remove(&t->link);
    for (int i = 0; i < DIRECTIONS; i++) {
        r->requests -= t->lanes[i].requests;
        t->lanes[i].requests = 0;
    }
    t->answered = t->requested;
    if (t->id && t->id->qp)
        rdma_destroy_qp(t->id);
    if (t->id)
        rdma_destroy_id(t->id);
    t->id = NULL;
    t->state = state;
    if (state != TRACK_ENDING)
        return;
    list_append(&r->troubled, &t->link);
    owner_of(t)->chores |= CHORE_RAIL;
}

void track_lose(struct track *t, const char *cause)
{
    struct verbs *v = owner_of(t);
    struct rail *r = v->rail;
    if (t->state >= TRACK_ENDING)
        return;
    if (!r->has_warned)
        log_warn("second rail %s (%s) does not lead to rank %d: %s; what goes "
                 "there goes by %s alone", r->device.name,
                 r->device.address_text, t->connection->base.world, cause,
                 v->device.name);
    else
        log_debug("second rail to rank %d: %s", t->connection->base.world,
                  cause);
    r->has_warned = true;
    end(t, TRACK_ENDING);
}

void track_break(struct track *t, int error)
{
    struct verbs *v = owner_of(t);
    t->state = TRACK_BROKEN;
    t->error = error;
    list_remove(&t->link);
    list_append(&v->rail->troubled, &t->link);
    v->chores |= CHORE_RAIL;
}

void track_clear_up(struct track *t)
{
    struct connection *c = t->connection;
    if (t->state == TRACK_BROKEN)
        track_lose(t, strerror(t->error));
    if (t->state != TRACK_ENDING || !post_track_word(c, CONTROL_TRACK_END))
        return;
    list_remove(&t->link);
    t->state = TRACK_GONE;
    stripe_give_back(t);
}

/* The peer has destroyed its queue pair, so nothing of ours can land there. */
void track_take_end(struct connection *c)
{
    if (!c->track || c->track->state == TRACK_GONE)
        return;
    log_debug("rank %d gives the second rail up", c->base.world);
    end(c->track, TRACK_GONE);
    stripe_give_back(c->track);
}

void track_close(struct connection *c)
{
    /* An attempt to connect that is given up leaves it for the next one. */
    if (c->track && c->track->state != TRACK_NONE)
        end(c->track, TRACK_GONE);
}

/* ---- asking ---- */

static void begin(struct track *t)
{
    struct verbs *v = owner_of(t);
    struct sockaddr *source = (struct sockaddr *)&v->rail->device.address;
    if (rdma_create_id(v->events, &t->id, t->connection, RDMA_PS_TCP) != 0) {
        t->id = NULL;
        track_break(t, errno);
        return;
    }
    connect_set_options(t->id);
    if (rdma_resolve_addr(t->id, source, (struct sockaddr *)&t->address,
                          RESOLVE_MSEC) != 0) {
        track_break(t, errno);
        return;
    }
    t->state = TRACK_ADDRESS;
    v->events_countdown = 0;
}

void track_want(struct connection *c)
{
    struct track *t = c->track;
    if (t->state != TRACK_NONE)
        return;
    if (c->is_asker)
        begin(t);
    else if (post_track_word(c, CONTROL_TRACK_WANT))
        t->state = TRACK_WANTED;
}

void track_take_want(struct connection *c)
{
    if (c->track && c->is_asker)
        track_want(c);
}

static void resolve_route(struct track *t)
{
    const struct rail *r = owner_of(t)->rail;
    if (t->id->verbs != r->context || t->id->port_num != r->device.port)
        track_lose(t, "the route to it leads over another port");
    else if (rdma_resolve_route(t->id, RESOLVE_MSEC) != 0)
        track_lose(t, strerror(errno));
    else
        t->state = TRACK_ROUTE;
}

/* ---- the queue pair ---- */

/* Room for all that can be in the completion queue, as in qp.c. */
static bool make_room(struct rail *r)
{
    int need = (r->tracks + 1) * TRACK_QUEUE;
    if (need > r->cq->cqe &&
        (2 * need > r->device.limits.max_cqe ||
         ibv_resize_cq(r->cq, 2 * need) != 0))
        return false;
    r->tracks++;
    return true;
}

static bool make_queue_pair(struct track *t)
{
    struct rail *r = owner_of(t)->rail;
    int slices = r->device.limits.max_sge;
    struct ibv_qp_init_attr attr = {
        .send_cq = r->cq,
        .recv_cq = r->cq,
        .cap = { .max_send_wr = TRACK_QUEUE,
                 .max_recv_wr = 1,
                 .max_recv_sge = 1,
                 .max_send_sge = (uint32_t)(slices < SLICES_MAX ? slices
                                                                : SLICES_MAX) },
        .qp_type = IBV_QPT_RC };
    errno = ENOSPC;
    return make_room(r) && rdma_create_qp(t->id, r->pd, &attr) == 0;
}

static struct hello make_hello(const struct verbs *v, uint64_t nonce)
{
    struct hello hello = connect_hello(v, nonce);
    hello.rail = 1;
    return hello;
}

static struct rdma_conn_param make_param(const struct rail *r,
                                         const struct hello *hello,
                                         const struct news *news)
{
    struct rdma_conn_param param = connect_param(&r->device, hello, news);
    if (param.retry_count > RETRIES_MAX)
        param.retry_count = RETRIES_MAX;
    return param;
}

static void request(struct track *t)
{
    struct verbs *v = owner_of(t);
    struct hello hello = make_hello(v, t->connection->nonce);
    struct rdma_conn_param param = make_param(v->rail, &hello, NULL);
    if (!make_queue_pair(t) || rdma_connect(t->id, &param) != 0)
        track_lose(t, strerror(errno));
    else
        t->state = TRACK_REQUESTED;
}

bool track_take_request(struct connection *c, const struct news *news)
{
    struct track *t = c->track;
    struct verbs *v = verbs_of(c);
    if (!t || t->state > TRACK_WANTED || c->is_asker ||
        news->id->verbs != v->rail->context)
        return false;
    struct hello answer = make_hello(v, 0);
    struct rdma_conn_param param = make_param(v->rail, &answer, news);
    t->id = news->id;
    t->id->context = c;
    connect_set_options(t->id);
    if (!make_queue_pair(t) || rdma_accept(t->id, &param) != 0)
        track_lose(t, strerror(errno)); /* destroys the id */
    else
        t->state = TRACK_ACCEPTED;
    return true;
}

static void become_ready(struct track *t)
{
    struct ibv_qp_attr attr;
    struct ibv_qp_init_attr init;
    int status = ibv_query_qp(t->id->qp, &attr, IBV_QP_MAX_QP_RD_ATOMIC, &init);
    if (status != 0) {
        track_lose(t, strerror(status));
        return;
    }
    unsigned reads = attr.max_rd_atomic;
    t->lanes[DIRECTION_GET].requests_max =
        reads < MOVES_PER_PEER ? reads : MOVES_PER_PEER;
    t->lanes[DIRECTION_PUT].requests_max = MOVES_PER_PEER;
    t->state = TRACK_READY;
    log_debug("second rail to rank %d is ready", t->connection->base.world);
}

/* The peer's end is gone: it has warned, or ends. */
static void take_disconnect(struct track *t)
{
    log_debug("second rail to rank %d: disconnected",
              t->connection->base.world);
    if (t->state < TRACK_ENDING)
        end(t, TRACK_ENDING);
}

void track_take_news(struct track *t, const struct news *news)
{
    switch (news->type) {
    case RDMA_CM_EVENT_ADDR_RESOLVED:
        resolve_route(t);
        break;
    case RDMA_CM_EVENT_ROUTE_RESOLVED:
        request(t);
        break;
    case RDMA_CM_EVENT_ESTABLISHED:
        become_ready(t);
        break;
    case RDMA_CM_EVENT_DISCONNECTED:
        take_disconnect(t);
        break;
    case RDMA_CM_EVENT_REJECTED:
    case RDMA_CM_EVENT_ADDR_ERROR:
    case RDMA_CM_EVENT_ROUTE_ERROR:
    case RDMA_CM_EVENT_CONNECT_ERROR:
    case RDMA_CM_EVENT_UNREACHABLE:
    case RDMA_CM_EVENT_DEVICE_REMOVAL:
        track_lose(t, rdma_event_str(news->type));
        break;
    default:
        log_debug("second rail to rank %d: %s", t->connection->base.world,
                  rdma_event_str(news->type));
    }
}
