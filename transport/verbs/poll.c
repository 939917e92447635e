/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One batch of completions a poll. librdmacm's events cost a system call to
 * look for, so they are asked for only every so often; idle polls count for
 * more than busy ones, and polls with connections pending for most.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/poll.h"

#include <mpi.h>

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/connect.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/events.h"
#include "transport/verbs/post.h"
#include "transport/verbs/qp.h"

enum {
    EVENTS_EVERY = 2048,        /* busy polls between two looks */
    EVENTS_EVERY_PENDING = 64,  /* the same while a connection comes up */
    IDLE_WEIGHT = 8             /* one idle poll counts for so many */
};

static void take_control(struct connection *c, const struct packet *packet)
{
    if (packet->type == CONTROL_FAREWELL) {
        log_debug("rank %d says farewell", c->base.world);
        c->has_farewell = true;
    }
}

/* A packet has arrived: hand it up, then give its slot and credit back. */
static void take_packet(struct verbs *v, const struct ibv_wc *wc)
{
    struct receive_slot *slot = (struct receive_slot *)(uintptr_t)wc->wr_id;
    const struct packet *packet = (const struct packet *)slot->data;
    struct connection *c = qp_find(v, wc->qp_num);
    if (UNLIKELY(!c)) {
        receive_post(&v->receive, slot);
        return;
    }
    if (UNLIKELY(c->state != CONNECTION_READY))
        connect_confirm(c);
    c->credits += packet->private & PRIVATE_CREDITS;
    if (UNLIKELY(packet->private & PRIVATE_CONTROL)) {
        take_control(c, packet);
        receive_post(&v->receive, slot);
        return;
    }
    packet_deliver(v->base.packets, c->base.world, packet, wc->byte_len);
    receive_post(&v->receive, slot);
    c->credits_owed++;
    post_credits(c);
}

static COLD void take_error(struct verbs *v, const struct ibv_wc *wc)
{
    struct connection *c = qp_find(v, wc->qp_num);
    if (wc->wr_id)
        receive_post(&v->receive,
                     (struct receive_slot *)(uintptr_t)wc->wr_id);
    if (!c || c->state != CONNECTION_READY)
        return;
    connection_lose(c, ibv_wc_status_str(wc->status));
}

/* A send or read has completed; one that was short of room for credits may
 * have it now. */
static void take_sent(struct verbs *v, const struct ibv_wc *wc)
{
    struct connection *c = qp_find(v, wc->qp_num);
    if (UNLIKELY(!c))
        return;
    post_retire(c);
    post_credits(c);
}

int poll_completions(struct verbs *v)
{
    struct ibv_wc wc[POLL_BATCH];
    int count = ibv_poll_cq(v->cq, POLL_BATCH, wc);
    for (int i = 0; i < count; i++)
        if (UNLIKELY(wc[i].status != IBV_WC_SUCCESS))
            take_error(v, &wc[i]);
        else if (wc[i].wr_id)
            take_packet(v, &wc[i]);
        else
            take_sent(v, &wc[i]);
    if (UNLIKELY(count < 0)) {
        connection_lose_all(v, "its completion queue failed");
        return 0;
    }
    return count;
}

static NO_INLINE int look_for_events(struct verbs *v)
{
    int events = events_take(v);
    v->events_countdown = list_is_empty(&v->pending) ? EVENTS_EVERY
                                                     : EVENTS_EVERY_PENDING;
    return events;
}

int poll_verbs(struct transport *t)
{
    struct verbs *v = CONTAINER_OF(t, struct verbs, base);
    int events = poll_completions(v);
    if (UNLIKELY(!list_is_empty(&v->broken)))
        connection_clear_broken(v);
    v->events_countdown -= events ? 1 : IDLE_WEIGHT;
    if (UNLIKELY(v->events_countdown <= 0))
        events += look_for_events(v);
    return events;
}
