/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One batch of completions a poll. librdmacm's events cost a system call to
 * look for, so they are asked for only every so often; idle polls count for
 * more than busy ones, polls with connections pending for most, and each one
 * that a sleep may follow looks: sleeping ranks poll too seldom to count.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/poll.h"

#include <arpa/inet.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/connect.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/events.h"
#include "transport/verbs/post.h"
#include "transport/verbs/qp.h"
#include "transport/verbs/rail.h"
#include "transport/verbs/track.h"
#include "transport/verbs/window.h"

enum {
    EVENTS_EVERY = 2048,        /* busy polls between two looks */
    EVENTS_EVERY_PENDING = 64,  /* the same while a connection comes up */
    IDLE_WEIGHT = 8             /* one idle poll counts for so many */
};

static void take_control(struct connection *c, const struct packet *packet)
{
    switch ((enum control)packet->type) {
    case CONTROL_CREDITS:
        break;
    case CONTROL_FAREWELL:
        log_debug("rank %d says farewell", c->base.world);
        c->has_farewell = true;
        break;
    case CONTROL_RING_OFFER:
        c->owed.packets++;
        hotring_take_offer(c, packet);
        break;
    case CONTROL_RING_REVOKE:
        c->owed.packets++;
        hotring_take_revoke(c);
        break;
    case CONTROL_RING_RETURN:
        hotring_take_return(c);
        break;
    case CONTROL_TRACK_WANT:
        c->owed.packets++;
        track_take_want(c);
        break;
    case CONTROL_TRACK_END:
        c->owed.packets++;
        track_take_end(c);
        break;
    }
}

/* Small packets from a peer without a ring may earn it one. */
static inline void warm(struct verbs *v, struct connection *c, size_t bytes)
{
    if (bytes <= v->hot.most && !c->in.slots &&
        ++c->small_packets % HOT_PACKETS == 0)
        hotring_consider(c);
}

/* A packet as the layer above sent it. */
struct arrived {
    const struct packet *packet;
    size_t bytes;
};

/* Put a header that did not travel before the payload that did; learn one that
 * will not travel again. What else came with the packet is taken, too. */
static inline struct arrived restore(struct connection *c,
                                     const struct receive_slot *slot,
                                     const struct ibv_wc *wc)
{
    const struct packet *packet = (const struct packet *)slot->data;
    uint32_t immediate = 0;
    if (wc->wc_flags & IBV_WC_WITH_IMM) {
        immediate = ntohl(wc->imm_data);
        c->out.room += immediate & IMMEDIATE_SLOTS;
    }
    if (immediate & IMMEDIATE_BARE) {
        c->credits += immediate >> IMMEDIATE_CREDITS_SHIFT & PRIVATE_CREDITS;
        unsigned place = immediate >> IMMEDIATE_PLACE_SHIFT;
        return (struct arrived){
            memcpy(slot->data - KNOWN_BYTES,
                   c->known_in.headers[place % KNOWN_HEADERS], KNOWN_BYTES),
            wc->byte_len + KNOWN_BYTES };
    }
    c->credits += packet->private & PRIVATE_CREDITS;
    if (packet->private & PRIVATE_REMEMBER)
        known_keep(&c->known_in, packet->private >> PRIVATE_PLACE_SHIFT &
                                     (KNOWN_HEADERS - 1), packet);
    return (struct arrived){ packet, wc->byte_len };
}

/* A packet has arrived: hand it up, then give its slot and credit back. */
static void take_packet(struct verbs *v, const struct ibv_wc *wc)
{
    struct receive_slot *slot = (struct receive_slot *)(uintptr_t)wc->wr_id;
    struct connection *c = qp_find(v, wc->qp_num);
    if (UNLIKELY(!c)) {
        receive_return(&v->receive, slot);
        return;
    }
    if (UNLIKELY(c->state != CONNECTION_READY))
        connect_confirm(c);
    if (c->in.slots)
        hotring_take(v, c);
    c->sends_in++;
    v->hot.arrivals++;
    const struct arrived a = restore(c, slot, wc);
    if (UNLIKELY(a.packet->private & PRIVATE_CONTROL)) {
        take_control(c, a.packet);
        receive_return(&v->receive, slot);
        post_credits(c);
        return;
    }
    packet_deliver(v->base.packets, c->base.world, a.packet, a.bytes);
    receive_return(&v->receive, slot);
    c->owed.packets++;
    v->hot.favour = 0;
    warm(v, c, wc->byte_len);
    post_credits(c);
}

static COLD void take_error(struct verbs *v, const struct ibv_wc *wc)
{
    struct connection *c = qp_find(v, wc->qp_num);
    if (wc->wr_id)
        receive_return(&v->receive,
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

static NO_INLINE int look_for_events(struct verbs *v, bool is_idle)
{
    int events = events_take(v);
    if (is_idle)
        events_lose_silent(v);
    v->events_countdown = list_is_empty(&v->pending) ? EVENTS_EVERY
                                                     : EVENTS_EVERY_PENDING;
    return events;
}

static NO_INLINE int do_chores(struct verbs *v)
{
    int events = 0;
    if (v->chores & CHORE_RAIL)
        events = rail_poll(v);
    if (v->chores & CHORE_WINDOWS)
        window_poll(v);
    if (v->chores & CHORE_BROKEN)
        connection_clear_broken(v);
    return events;
}

/* The rest of a poll, after the rings. */
static NO_INLINE int poll_queue(struct verbs *v, int events)
{
    struct hot *hot = &v->hot;
    const int passes = hot->count ? hot->favour : 0;
    hot->passes = passes;
    events += poll_completions(v);
    if (UNLIKELY(v->chores))
        events += do_chores(v);
    v->events_countdown -= (events ? 1 : IDLE_WEIGHT) * (passes ? passes : 1);
    if (UNLIKELY(v->events_countdown <= 0) ||
        UNLIKELY(v->base.process->progress.is_dozing))
        events += look_for_events(v, events == 0);
    return events;
}

/* While packets come by rings, most polls look at these only: that is a load
 * a ring, where the completion queue takes a call and a lock. */
int poll_verbs(void *transport)
{
    struct verbs *v = CONTAINER_OF(transport, struct verbs, base);
    int events = 0;
    if (hotring_has_news(&v->hot))
        events = hotring_poll(v);
    if (LIKELY(--v->hot.passes > 0) &&
        LIKELY(!v->base.process->progress.is_dozing))
        return events;
    return poll_queue(v, events);
}
