/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a connection comes up: the state machine over librdmacm. An id that was
 * given up is destroyed at once, so that no later event can refer to it.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/connect.h"

#include <errno.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/poll.h"
#include "transport/verbs/post.h"
#include "transport/verbs/probe.h"
#include "transport/verbs/qp.h"
#include "transport/verbs/track.h"

enum {
    RESOLVE_MSEC = 2000,
    RNR_RETRY_FOREVER = 7, /* insurance only, credits keep slots ready */
    REJECTED_BY_USER = 28, /* status of a refusal that carries our reason */
    REJECTED_NO_LISTENER = 8
};

/* ---- asking ---- */

static void set_option(struct rdma_cm_id *id, int option, uint8_t value,
                       const char *what)
{
    if (rdma_set_option(id, RDMA_OPTION_ID, option, &value, sizeof value) != 0)
        log_debug("%s cannot be set: %s", what, strerror(errno));
}

/* What settings say about packets on the wire. */
void connect_set_options(struct rdma_cm_id *id)
{
    set_option(id, RDMA_OPTION_ID_ACK_TIMEOUT, (uint8_t)settings.verbs_timeout,
               "the acknowledge timeout");
    if (settings.verbs_traffic_class >= 0)
        set_option(id, RDMA_OPTION_ID_TOS,
                   (uint8_t)settings.verbs_traffic_class, "the traffic class");
}

static void begin(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    struct sockaddr *source = (struct sockaddr *)&v->device.address;
    if (rdma_create_id(v->events, &c->id, c, RDMA_PS_TCP) != 0) {
        c->id = NULL;
        connection_break(c, "has no id to connect to", errno);
        return;
    }
    connect_set_options(c->id);
    if (rdma_resolve_addr(c->id, source, (struct sockaddr *)&c->address,
                          RESOLVE_MSEC) != 0) {
        connection_break(c, "finds no route to", errno);
        return;
    }
    connection_set_state(c, CONNECTION_ADDRESS);
    list_append(&v->pending, &c->link);
    v->events_countdown = 0;
}

void connect_start(struct connection *c)
{
    connection_set_deadline(c);
    begin(c);
}

static void resolve_route(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    if (c->id->verbs != v->context)
        connection_refuse(c, "the route to it leads over device %s",
                        ibv_get_device_name(c->id->verbs->device));
    else if (rdma_resolve_route(c->id, RESOLVE_MSEC) != 0)
        connection_refuse(c, "rdma_resolve_route: %s", strerror(errno));
    else
        connection_set_state(c, CONNECTION_ROUTE);
}

static uint8_t at_most(int value, int limit)
{
    return (uint8_t)(value < limit ? value : limit);
}

struct hello connect_hello(const struct verbs *v, uint64_t nonce)
{
    return (struct hello){ .magic = WIRE_MAGIC,
                           .world = v->base.process->world,
                           .nonce = nonce,
                           .credits = v->credits,
                           .packet_bytes = (uint32_t)v->base.max_packet_bytes };
}

static int reads_allowed(void)
{
    return settings.verbs_reads < 0 ? 0
                                    : at_most(settings.verbs_reads,
                                              MOVES_PER_PEER);
}

struct rdma_conn_param connect_param(const struct device *d,
                                     const struct hello *hello,
                                     const struct news *news)
{
    struct rdma_conn_param param = {
        .private_data = hello,
        .private_data_len = sizeof *hello,
        .responder_resources = at_most(d->limits.max_qp_rd_atom,
                                       reads_allowed()),
        .initiator_depth = at_most(d->limits.max_qp_init_rd_atom,
                                   reads_allowed()),
        .retry_count = at_most(settings.verbs_retry_count, 7),
        .rnr_retry_count = RNR_RETRY_FOREVER };
    if (news && param.responder_resources > news->param.responder_resources)
        param.responder_resources = news->param.responder_resources;
    if (news && param.initiator_depth > news->param.initiator_depth)
        param.initiator_depth = news->param.initiator_depth;
    return param;
}

static void request(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    struct strbuf why;
    strbuf_init(&why);
    struct hello hello = connect_hello(v, c->nonce);
    hello.has_track = c->track != NULL;
    struct rdma_conn_param param = connect_param(&v->device, &hello, NULL);
    if (qp_create(c, &why) != MPI_SUCCESS)
        connection_refuse(c, "%s", why.text);
    else if (rdma_connect(c->id, &param) != 0)
        connection_refuse(c, "rdma_connect: %s", strerror(errno));
    else
        connection_set_state(c, CONNECTION_REQUESTED);
    strbuf_fini(&why);
}

static bool is_hello(const struct verbs *v, const struct hello *hello)
{
    return hello->magic == WIRE_MAGIC && hello->nonce == v->nonce &&
           hello->world >= 0 &&
           hello->world < v->base.process->world_count &&
           hello->world != v->base.process->world &&
           hello->packet_bytes == v->base.max_packet_bytes;
}

static void become_ready(struct connection *c)
{
    list_remove(&c->link);
    probe_stop(c);
    if (qp_inspect(c) != MPI_SUCCESS) {
        connection_lose(c, "its queue pair cannot be queried");
        return;
    }
    connection_set_state(c, CONNECTION_READY);
}

void connect_confirm(struct connection *c)
{
    if (c->state == CONNECTION_ACCEPTED)
        become_ready(c);
}

/* ---- being asked ---- */

static void refuse(struct rdma_cm_id *id, enum refusal_reason reason)
{
    struct refusal refusal = { WIRE_MAGIC, reason };
    if (rdma_reject(id, &refusal, sizeof refusal) != 0)
        log_debug("rdma_reject: %s", strerror(errno));
    rdma_destroy_id(id);
}

/* Where a connection stands decides whether the peer's request is taken. */
static bool wants_request(const struct connection *c)
{
    switch (c->state) {
    case CONNECTION_IDLE:
    case CONNECTION_ADDRESS:
    case CONNECTION_ROUTE:
    case CONNECTION_AWAITED:
        return true;
    case CONNECTION_REQUESTED:
        return c->base.world < c->base.transport->process->world;
    default:
        return false;
    }
}

static void accept_request(struct connection *c, const struct news *news,
                           const struct hello *hello)
{
    struct verbs *v = verbs_of(c);
    struct strbuf why;
    strbuf_init(&why);
    connection_drop(c); /* an attempt of our own */
    c->id = news->id;
    c->id->context = c;
    c->credits = hello->credits;
    struct hello answer = connect_hello(v, 0);
    answer.has_track = track_agree(c, hello->has_track);
    struct rdma_conn_param param = connect_param(&v->device, &answer, news);
    memcpy(&c->address, rdma_get_peer_addr(c->id), sizeof c->address);
    connect_set_options(c->id);
    if (qp_create(c, &why) != MPI_SUCCESS) {
        c->id = NULL;
        refuse(news->id, REFUSAL_RESOURCES);
        connection_refuse(c, "%s", why.text);
    } else if (rdma_accept(c->id, &param) != 0) {
        connection_refuse(c, "rdma_accept: %s", strerror(errno));
    } else {
        connection_set_state(c, CONNECTION_ACCEPTED);
        connection_set_deadline(c);
        list_append(&v->pending, &c->link);
    }
    strbuf_fini(&why);
}

void connect_take_request(struct verbs *v, const struct news *news)
{
    struct hello hello;
    memcpy(&hello, news->private_data, sizeof hello);
    struct connection *c = NULL;
    if (!is_hello(v, &hello)) {
        log_warn("turned away a connection that is not of this job");
        refuse(news->id, REFUSAL_STRANGER);
    } else if (v->is_closing) {
        refuse(news->id, REFUSAL_CLOSING);
    } else if (connection_of(v, hello.world, &c) != MPI_SUCCESS) {
        refuse(news->id, REFUSAL_RESOURCES);
    } else if (hello.rail != 0) {
        if (!track_take_request(c, news))
            refuse(news->id, REFUSAL_RESOURCES);
    } else if (!wants_request(c)) {
        log_debug("rank %d: refused its request while %s", hello.world,
                  connection_state_name(c->state));
        refuse(news->id, REFUSAL_DUPLICATE);
    } else {
        accept_request(c, news, &hello);
    }
}

/* ---- answers ---- */

static void take_answer(struct connection *c, const struct news *news)
{
    struct hello hello;
    memcpy(&hello, news->private_data, sizeof hello);
    if (c->state == CONNECTION_ACCEPTED) {
        become_ready(c);
    } else if (c->state != CONNECTION_REQUESTED) {
        return;
    } else if (hello.magic != WIRE_MAGIC || hello.world != c->base.world) {
        connection_refuse(c, "somebody else answered there");
    } else {
        c->credits = hello.credits;
        c->is_asker = true;
        track_agree(c, hello.has_track);
        become_ready(c);
    }
}

static void take_refusal(struct connection *c, const struct news *news)
{
    struct refusal refusal;
    memcpy(&refusal, news->private_data, sizeof refusal);
    bool is_ours = news->status == REJECTED_BY_USER &&
                   refusal.magic == WIRE_MAGIC;
    if (c->state != CONNECTION_REQUESTED) {
        connection_refuse(c, "the peer withdrew its request");
    } else if (is_ours && refusal.reason == REFUSAL_DUPLICATE) {
        struct verbs *v = verbs_of(c);
        connection_drop(c);
        connection_set_state(c, CONNECTION_AWAITED);
        list_append(&v->pending, &c->link);
    } else if (is_ours && refusal.reason == REFUSAL_RESOURCES) {
        connection_refuse(c, "that rank has no memory or queue left for another "
                        "peer (its log says which)");
    } else if (is_ours && refusal.reason == REFUSAL_CLOSING) {
        connection_refuse(c, "that rank is already in MPI_Finalize");
    } else if (is_ours) {
        connection_refuse(c, "that process belongs to another job or runs with "
                        "other settings");
    } else if (news->status == REJECTED_NO_LISTENER) {
        connection_refuse(c, "nothing listens there any more; the process has "
                        "ended");
    } else if (news->status == REJECTED_BY_USER) {
        /* The kernel's doing: too many ask that rank at the same time. */
        connection_drop(c);
        begin(c);
    } else {
        connection_refuse(c, "the connection was rejected (reason %d)",
                          news->status);
    }
}

/* The peer's end is gone. What it sent before counts, its farewell above
 * all. */
static void take_disconnect(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    while (poll_completions(v) + hotring_poll(v) > 0)
        ;
    if (c->state != CONNECTION_READY && c->state != CONNECTION_ACCEPTED)
        return;
    if (!c->has_farewell) {
        connection_lose(c, "that rank has closed it, or its process has "
                           "ended");
        return;
    }
    int err = error_make(MPI_ERR_OTHER, "rank %d has left: it called "
                         "MPI_Finalize", c->base.world);
    connection_drop(c);
    connection_set_state(c, CONNECTION_LEFT);
    c->base.error = err;
    post_abandon(c, err);
}

static const char *status_text(int status)
{
    return strerror(status < 0 ? -status : status);
}

void connect_take_news(struct connection *c, const struct news *news)
{
    if (news->id == c->probe) {
        probe_take_news(c, news);
        return;
    }
    if (c->track && news->id == c->track->id) {
        track_take_news(c->track, news);
        return;
    }
    switch (news->type) {
    case RDMA_CM_EVENT_ADDR_RESOLVED:
        resolve_route(c);
        break;
    case RDMA_CM_EVENT_ROUTE_RESOLVED:
        request(c);
        break;
    case RDMA_CM_EVENT_ESTABLISHED:
        take_answer(c, news);
        break;
    case RDMA_CM_EVENT_REJECTED:
        take_refusal(c, news);
        break;
    case RDMA_CM_EVENT_DISCONNECTED:
        take_disconnect(c);
        break;
    case RDMA_CM_EVENT_ADDR_ERROR:
    case RDMA_CM_EVENT_ROUTE_ERROR:
        connection_refuse(c, "no route to that address: %s",
                        status_text(news->status));
        break;
    case RDMA_CM_EVENT_CONNECT_ERROR:
    case RDMA_CM_EVENT_UNREACHABLE:
        connection_refuse(c, "no answer: %s", status_text(news->status));
        break;
    case RDMA_CM_EVENT_DEVICE_REMOVAL:
        connection_lose(c, "the device was removed");
        break;
    default:
        log_debug("rank %d: %s", c->base.world, rdma_event_str(news->type));
    }
}

