/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening the second rail and polling it. Whatever fails here leaves the rank
 * with one rail; it is no error.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/rail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/events.h"
#include "transport/verbs/stripe.h"
#include "transport/verbs/track.h"
#include "transport/verbs/wire.h"

enum { COMPLETIONS_MIN = 128, SCRATCH_BYTES = 4096 };

/* ---- open and close ---- */

/* The setting: how many rails may be used, and must there be so many? */
static int rails_allowed(bool *is_wanted)
{
    const char *text = settings.verbs_rails;
    char *end;
    *is_wanted = false;
    if (strcmp(text, "auto") == 0)
        return RAILS;
    long count = strtol(text, &end, 10);
    if (end == text || *end || count < 1) {
        log_warn("BATON_VERBS_RAILS=%s: expected auto or a number; taking auto",
                 text);
        return RAILS;
    }
    *is_wanted = count > 1;
    if (count > RAILS)
        log_warn("BATON_VERBS_RAILS=%s: at most %d are used", text, RAILS);
    return count < RAILS ? (int)count : RAILS;
}

static unsigned share_of(const struct device *d, const struct device *first)
{
    if (!d->rate || !first->rate)
        return 128;
    return 256 * d->rate / (d->rate + first->rate);
}

static int open_queue(struct verbs *v, struct rail *r, struct strbuf *why)
{
    r->pd = ibv_alloc_pd(r->context);
    if (r->pd)
        r->cq = ibv_create_cq(r->context, COMPLETIONS_MIN, NULL, NULL, 0);
    if (!r->cq) {
        strbuf_printf(why, "%s has no queues for us: %s", r->device.name,
                      strerror(errno));
        return MPI_ERR_OTHER;
    }
    const struct memory_owner owner = {
        .pd = r->pd, .counters = v->base.process->counters };
    return memory_create_pool(&owner, SCRATCH_BYTES, &r->scratch, why);
}

static void release(struct rail *r)
{
    memory_destroy_pool(&r->scratch);
    if (r->cq)
        ibv_destroy_cq(r->cq);
    if (r->pd)
        ibv_dealloc_pd(r->pd);
    if (r->listener)
        rdma_destroy_id(r->listener);
    free(r);
}

void rail_open(struct verbs *v)
{
    bool is_wanted;
    struct strbuf *why = &v->no_rail;
    if (rails_allowed(&is_wanted) < RAILS)
        strbuf_puts(why, "BATON_VERBS_RAILS=1");
    else if (settings.verbs_reads <= 0)
        strbuf_puts(why, "it takes reads, and BATON_VERBS_READS=0");
    if (why->bytes)
        return;
    struct rail *r = calloc(1, sizeof *r);
    int err = r ? device_choose(&r->device, &v->device, why) : MPI_ERR_NO_MEM;
    if (err == MPI_SUCCESS)
        err = events_listen(v, &r->device, &r->listener, why);
    if (err == MPI_SUCCESS) {
        r->context = r->listener->verbs;
        err = open_queue(v, r, why);
    }
    if (err == MPI_SUCCESS) {
        r->share = share_of(&r->device, &v->device);
        list_init(&r->troubled);
        v->rail = r;
        strbuf_clear(why);
        log_debug("second rail: %s port %u, %s", r->device.name,
                  r->device.port, r->device.address_text);
        return;
    }
    if (is_wanted)
        log_warn("BATON_VERBS_RAILS=%s, but there is no second rail%s%s",
                 settings.verbs_rails, why->bytes ? ": " : "",
                 why->bytes ? why->text : "");
    if (r)
        release(r);
}

void rail_close(struct verbs *v)
{
    if (v->rail)
        release(v->rail);
    v->rail = NULL;
}

/* ---- cards ---- */

void rail_card(const struct verbs *v, struct strbuf *out)
{
    const struct sockaddr_in6 *address = &v->rail->device.address;
    struct rail_card card = { .port = rdma_get_src_port(v->rail->listener) };
    if (address->sin6_family == AF_INET)
        memcpy(card.address, &((const struct sockaddr_in *)address)->sin_addr,
               4);
    else
        memcpy(card.address, &address->sin6_addr, 16);
    strbuf_add(out, &card, sizeof card);
}

bool rail_find_peer(const struct verbs *v, const void *card, size_t bytes,
                    struct sockaddr_in6 *out)
{
    struct strbuf why;
    struct rail_card rail;
    if (!v->rail || bytes != sizeof(struct card) + sizeof rail)
        return false;
    memcpy(&rail, (const char *)card + sizeof(struct card), sizeof rail);
    *out = device_peer_address(&v->rail->device, rail.address, rail.port);
    strbuf_init(&why);
    bool has_route = device_has_route(&v->rail->device, out, &why);
    if (!has_route)
        log_debug("second rail: %s", why.text);
    strbuf_fini(&why);
    return has_route;
}

/* ---- poll ---- */

/* Each track of this rank, for whoever is at its end. */
static void lose_all(struct verbs *v, const char *cause)
{
    for (int w = 0; w < v->base.process->world_count; w++) {
        struct connection *c = v->connections[w];
        if (c && c->track)
            track_lose(c->track, cause);
    }
}

int rail_poll(struct verbs *v)
{
    struct rail *r = v->rail;
    struct ibv_wc wc[POLL_BATCH];
    int count = ibv_poll_cq(r->cq, POLL_BATCH, wc);
    for (int i = 0; i < count; i++) {
        struct track *t = (struct track *)(uintptr_t)wc[i].wr_id;
        if (t->state != TRACK_READY)
            continue; /* left by a queue pair that is gone */
        if (UNLIKELY(wc[i].status != IBV_WC_SUCCESS))
            track_lose(t, ibv_wc_status_str(wc[i].status));
        else
            stripe_take(t);
    }
    if (UNLIKELY(count < 0))
        lose_all(v, "its completion queue failed");
    LIST_FOR_EACH(node, &r->troubled)
        track_clear_up(CONTAINER_OF(node, struct track, link));
    if (r->requests == 0 && list_is_empty(&r->troubled))
        v->chores &= ~(unsigned)CHORE_RAIL;
    return count > 0 ? count : 0;
}

/* A port that goes down may come back in time; its queue pairs will tell. */
int rail_take_event(struct verbs *v)
{
    struct ibv_async_event event;
    if (ibv_get_async_event(v->rail->context, &event) != 0)
        return 0;
    enum ibv_event_type type = event.event_type;
    ibv_ack_async_event(&event);
    log_debug("%s: %s", v->rail->device.name, ibv_event_type_str(type));
    if (type == IBV_EVENT_DEVICE_FATAL || type == IBV_EVENT_CQ_ERR)
        lose_all(v, ibv_event_type_str(type));
    return 1;
}

/* ---- what is told of it ---- */

void rail_explain(const struct connection *c, struct strbuf *out)
{
    const struct verbs *v = verbs_of(c);
    if (!v->rail) {
        if (v->no_rail.bytes)
            strbuf_printf(out, ", no second rail: %s", v->no_rail.text);
        return;
    }
    const struct device *d = &v->rail->device;
    if (!c->track || c->track->state == TRACK_GONE) {
        strbuf_printf(out, ", second rail %s not used with this rank, which "
                      "has none or cannot be reached by it", d->name);
        return;
    }
    strbuf_printf(out, ", %u %% of what has %u KiB or more by a second rail: ",
                  (v->rail->share * 100 + 128) / 256, SPLIT_BYTES / 1024);
    device_explain(d, out);
}
