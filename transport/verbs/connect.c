/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection state machine. librdmacm reports by events; each is copied
 * and acknowledged before it is acted upon, because destroying an id waits for
 * the acknowledgement of its events. An id that was given up is destroyed at
 * once, so that no later event can refer to it.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <mpi.h>

#include "runtime/base/clock.h"
#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/poll.h"
#include "transport/verbs/post.h"
#include "transport/verbs/qp.h"
#include "transport/verbs/wire.h"

enum {
    LISTEN_BACKLOG = 1024,
    RESOLVE_MSEC = 2000,
    RNR_RETRY_FOREVER = 7, /* insurance only, credits keep slots ready */
    REJECTED_BY_USER = 28, /* status of a refusal that carries our reason */
    REJECTED_NO_LISTENER = 8
};

/* One event, copied out of librdmacm. */
struct news {
    enum rdma_cm_event_type type;
    int status;
    struct rdma_cm_id *id;
    struct rdma_conn_param param;
    char private_data[PRIVATE_DATA_REQUEST];
};

static const char *const state_names[] = {
    [CONNECTION_IDLE] = "idle",
    [CONNECTION_ADDRESS] = "resolving address",
    [CONNECTION_ROUTE] = "resolving route",
    [CONNECTION_REQUESTED] = "requested",
    [CONNECTION_AWAITED] = "awaiting the peer's request",
    [CONNECTION_ACCEPTED] = "accepted",
    [CONNECTION_READY] = "ready",
    [CONNECTION_LEFT] = "left",
    [CONNECTION_BROKEN] = "broken",
    [CONNECTION_FAILED] = "failed",
};

const char *connection_state_name(enum connection_state state)
{
    return state_names[state];
}

static void set_state(struct connection *c, enum connection_state state)
{
    log_debug("rank %d: %s -> %s", c->base.world, state_names[c->state],
              state_names[state]);
    c->state = state;
}

static bool is_pending(const struct connection *c)
{
    return c->state >= CONNECTION_ADDRESS && c->state <= CONNECTION_ACCEPTED;
}

int connection_of(struct verbs *v, int world, struct connection **out)
{
    if (!v->connections[world]) {
        struct connection *c = calloc(1, sizeof *c);
        if (!c)
            return MPI_ERR_NO_MEM;
        endpoint_init(&c->base, &v->base, world);
        list_init(&c->link);
        list_init(&c->reads_waiting);
        list_init(&c->reads_posted);
        v->connections[world] = c;
    }
    *out = v->connections[world];
    return MPI_SUCCESS;
}

void connection_drop(struct connection *c)
{
    list_remove(&c->link);
    qp_destroy(c);
    if (c->id)
        rdma_destroy_id(c->id);
    c->id = NULL;
}

/* The end of a connection: err is what posts and reads get from now on. */
static void fail(struct connection *c, int err)
{
    struct verbs *v = verbs_of(c);
    const struct packet_table *packets = v->base.packets;
    log_debug("%s", error_sentence(err));
    connection_drop(c);
    set_state(c, CONNECTION_FAILED);
    c->base.error = err;
    post_abandon(c, err);
    if (packets->peer_failed)
        packets->peer_failed(packets->arg, c->base.world, err);
}

static PRINTF_LIKE(2, 3) void fail_to_connect(struct connection *c,
                                              const char *format, ...)
{
    struct verbs *v = verbs_of(c);
    char address[ADDRESS_TEXT];
    struct strbuf cause;
    va_list args;
    strbuf_init(&cause);
    va_start(args, format);
    strbuf_vprintf(&cause, format, args);
    va_end(args);
    address_print(&c->address, address);
    int err = error_make(MPI_ERR_OTHER, "rank %d on %s (%s, device %s) cannot "
                         "connect to rank %d at %s: %s",
                         v->base.process->world, v->base.process->host,
                         v->device.address_text, v->device.name, c->base.world,
                         address, cause.text);
    strbuf_fini(&cause);
    fail(c, err);
}

void connection_lose(struct connection *c, const char *cause)
{
    struct verbs *v = verbs_of(c);
    char address[ADDRESS_TEXT];
    address_print(&c->address, address);
    fail(c, error_make(MPI_ERR_OTHER, "rank %d on %s lost its connection to "
                       "rank %d at %s (device %s): %s", v->base.process->world,
                       v->base.process->host, c->base.world, address,
                       v->device.name, cause));
}

void connection_lose_all(struct verbs *v, const char *cause)
{
    for (int w = 0; w < v->base.process->world_count; w++) {
        struct connection *c = v->connections[w];
        if (c && (c->state == CONNECTION_READY || is_pending(c)))
            connection_lose(c, cause);
    }
}

void connection_clear_broken(struct verbs *v)
{
    struct list *first;
    while ((first = list_first(&v->broken)) != NULL) {
        struct connection *c = CONTAINER_OF(first, struct connection, link);
        fail(c, c->base.error);
    }
}

/* ---- asking ---- */

static int set_timeout(struct rdma_cm_id *id)
{
    uint8_t timeout = (uint8_t)settings.verbs_timeout;
    return rdma_set_option(id, RDMA_OPTION_ID, RDMA_OPTION_ID_ACK_TIMEOUT,
                           &timeout, sizeof timeout);
}

void connection_start(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    struct sockaddr *source = (struct sockaddr *)&v->device.address;
    c->deadline = clock_nsec() +
                  (uint64_t)settings.connect_seconds * 1000000000u;
    if (rdma_create_id(v->events, &c->id, c, RDMA_PS_TCP) != 0) {
        c->id = NULL;
        fail_to_connect(c, "rdma_create_id: %s", strerror(errno));
        return;
    }
    if (set_timeout(c->id) != 0)
        log_debug("the acknowledge timeout cannot be set: %s",
                  strerror(errno));
    if (rdma_resolve_addr(c->id, source, (struct sockaddr *)&c->address,
                          RESOLVE_MSEC) != 0) {
        fail_to_connect(c, "no route to that address: %s", strerror(errno));
        return;
    }
    set_state(c, CONNECTION_ADDRESS);
    list_append(&v->pending, &c->link);
    v->events_countdown = 0;
}

static void resolve_route(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    if (c->id->verbs != v->context)
        fail_to_connect(c, "the route to it leads over device %s",
                        ibv_get_device_name(c->id->verbs->device));
    else if (rdma_resolve_route(c->id, RESOLVE_MSEC) != 0)
        fail_to_connect(c, "rdma_resolve_route: %s", strerror(errno));
    else
        set_state(c, CONNECTION_ROUTE);
}

static uint8_t at_most(int value, int limit)
{
    return (uint8_t)(value < limit ? value : limit);
}

static struct hello make_hello(const struct verbs *v, uint64_t nonce)
{
    return (struct hello){ .magic = WIRE_MAGIC,
                           .world = v->base.process->world,
                           .nonce = nonce,
                           .credits = v->credits,
                           .packet_bytes = (uint32_t)v->base.max_packet_bytes };
}

static struct rdma_conn_param make_param(const struct verbs *v,
                                         const struct hello *hello)
{
    return (struct rdma_conn_param){
        .private_data = hello,
        .private_data_len = sizeof *hello,
        .responder_resources = at_most(v->device.limits.max_qp_rd_atom,
                                       READS_PER_PEER),
        .initiator_depth = at_most(v->device.limits.max_qp_init_rd_atom,
                                   READS_PER_PEER),
        .retry_count = at_most(settings.verbs_retry_count, 7),
        .rnr_retry_count = RNR_RETRY_FOREVER };
}

static void request(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    struct strbuf why;
    strbuf_init(&why);
    struct hello hello = make_hello(v, c->nonce);
    struct rdma_conn_param param = make_param(v, &hello);
    if (qp_create(c, &why) != MPI_SUCCESS)
        fail_to_connect(c, "%s", why.text);
    else if (rdma_connect(c->id, &param) != 0)
        fail_to_connect(c, "rdma_connect: %s", strerror(errno));
    else
        set_state(c, CONNECTION_REQUESTED);
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
    if (qp_inspect(c) != MPI_SUCCESS) {
        connection_lose(c, "its queue pair cannot be queried");
        return;
    }
    set_state(c, CONNECTION_READY);
}

void connection_confirm(struct connection *c)
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
    struct hello answer = make_hello(v, 0);
    struct rdma_conn_param param = make_param(v, &answer);
    if (param.responder_resources > news->param.responder_resources)
        param.responder_resources = news->param.responder_resources;
    if (param.initiator_depth > news->param.initiator_depth)
        param.initiator_depth = news->param.initiator_depth;
    memcpy(&c->address, rdma_get_peer_addr(c->id), sizeof c->address);
    set_timeout(c->id);
    if (qp_create(c, &why) != MPI_SUCCESS) {
        c->id = NULL;
        refuse(news->id, REFUSAL_RESOURCES);
        fail_to_connect(c, "%s", why.text);
    } else if (rdma_accept(c->id, &param) != 0) {
        fail_to_connect(c, "rdma_accept: %s", strerror(errno));
    } else {
        set_state(c, CONNECTION_ACCEPTED);
        c->deadline = clock_nsec() +
                      (uint64_t)settings.connect_seconds * 1000000000u;
        list_append(&v->pending, &c->link);
    }
    strbuf_fini(&why);
}

static void take_request(struct verbs *v, const struct news *news)
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
    } else if (!wants_request(c)) {
        log_debug("rank %d: refused its request while %s", hello.world,
                  state_names[c->state]);
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
        fail_to_connect(c, "somebody else answered there");
    } else {
        c->credits = hello.credits;
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
        fail_to_connect(c, "the peer withdrew its request");
    } else if (is_ours && refusal.reason == REFUSAL_DUPLICATE) {
        struct verbs *v = verbs_of(c);
        connection_drop(c);
        set_state(c, CONNECTION_AWAITED);
        list_append(&v->pending, &c->link);
    } else if (is_ours && refusal.reason == REFUSAL_RESOURCES) {
        fail_to_connect(c, "that rank has no memory or queue left for another "
                        "peer (its log says which)");
    } else if (is_ours && refusal.reason == REFUSAL_CLOSING) {
        fail_to_connect(c, "that rank is already in MPI_Finalize");
    } else if (is_ours) {
        fail_to_connect(c, "that process belongs to another job or runs with "
                        "other settings");
    } else if (news->status == REJECTED_NO_LISTENER) {
        fail_to_connect(c, "nothing listens there any more; the process has "
                        "ended");
    } else {
        fail_to_connect(c, "the connection was rejected (reason %d)",
                        news->status);
    }
}

/* The peer's end is gone. What it sent before counts, its farewell above
 * all. */
static void take_disconnect(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    while (poll_completions(v) > 0)
        ;
    if (c->state != CONNECTION_READY && c->state != CONNECTION_ACCEPTED)
        return;
    if (!c->has_farewell) {
        connection_lose(c, "the peer's process has ended");
        return;
    }
    int err = error_make(MPI_ERR_OTHER, "rank %d has left: it called "
                         "MPI_Finalize", c->base.world);
    connection_drop(c);
    set_state(c, CONNECTION_LEFT);
    c->base.error = err;
    post_abandon(c, err);
}

static const char *status_text(int status)
{
    return strerror(status < 0 ? -status : status);
}

static void take_news_of(struct connection *c, const struct news *news)
{
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
        fail_to_connect(c, "no route to that address: %s",
                        status_text(news->status));
        break;
    case RDMA_CM_EVENT_CONNECT_ERROR:
    case RDMA_CM_EVENT_UNREACHABLE:
        fail_to_connect(c, "no answer: %s", status_text(news->status));
        break;
    case RDMA_CM_EVENT_DEVICE_REMOVAL:
        connection_lose(c, "the device was removed");
        break;
    default:
        log_debug("rank %d: %s", c->base.world, rdma_event_str(news->type));
    }
}

static bool next_news(struct verbs *v, struct news *news)
{
    struct rdma_cm_event *event;
    if (rdma_get_cm_event(v->events, &event) != 0)
        return false;
    *news = (struct news){ .type = event->event, .status = event->status,
                           .id = event->id, .param = event->param.conn };
    size_t bytes = news->param.private_data_len;
    if (bytes > sizeof news->private_data)
        bytes = sizeof news->private_data;
    if (news->param.private_data)
        memcpy(news->private_data, news->param.private_data, bytes);
    rdma_ack_cm_event(event);
    return true;
}

static void check_deadlines(struct verbs *v)
{
    if (list_is_empty(&v->pending))
        return;
    uint64_t now = clock_nsec();
    LIST_FOR_EACH(node, &v->pending) {
        struct connection *c = CONTAINER_OF(node, struct connection, link);
        if (now > c->deadline)
            fail_to_connect(c, "no answer within %d s (%s); is the peer's "
                            "host up, and UDP port 4791 open between the two?",
                            settings.connect_seconds, state_names[c->state]);
    }
}

static int take_device_events(struct verbs *v)
{
    struct ibv_async_event event;
    if (ibv_get_async_event(v->context, &event) != 0)
        return 0;
    enum ibv_event_type type = event.event_type;
    ibv_ack_async_event(&event);
    if (type == IBV_EVENT_DEVICE_FATAL || type == IBV_EVENT_CQ_ERR ||
        type == IBV_EVENT_SRQ_ERR)
        connection_lose_all(v, ibv_event_type_str(type));
    else if (type == IBV_EVENT_PORT_ERR)
        log_warn("%s port %u: %s", v->device.name, v->device.port,
                 ibv_event_type_str(type));
    else
        log_debug("%s: %s", v->device.name, ibv_event_type_str(type));
    return 1;
}

int connection_events(struct verbs *v)
{
    struct pollfd fds[2] = { { .fd = v->events->fd, .events = POLLIN },
                             { .fd = v->context->async_fd, .events = POLLIN } };
    int events = 0;
    struct news news;
    check_deadlines(v);
    if (poll(fds, 2, 0) <= 0)
        return 0;
    if (fds[1].revents)
        events += take_device_events(v);
    while (fds[0].revents && next_news(v, &news)) {
        events++;
        if (news.type == RDMA_CM_EVENT_CONNECT_REQUEST)
            take_request(v, &news);
        else if (news.id->context)
            take_news_of(news.id->context, &news);
    }
    return events;
}

/* ---- the listener ---- */

static int make_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

static int listen_on(struct verbs *v, struct strbuf *why)
{
    struct device *d = &v->device;
    if (rdma_bind_addr(v->listener, (struct sockaddr *)&d->address) != 0) {
        strbuf_printf(why, "librdmacm cannot use %s: %s", d->address_text,
                      strerror(errno));
        return MPI_ERR_OTHER;
    }
    v->context = v->listener->verbs;
    if (!v->context ||
        strcmp(ibv_get_device_name(v->context->device), d->name) != 0) {
        strbuf_printf(why, "librdmacm finds %s at %s, not %s",
                      v->context ? ibv_get_device_name(v->context->device)
                                 : "no device", d->address_text, d->name);
        return MPI_ERR_OTHER;
    }
    if (rdma_listen(v->listener, LISTEN_BACKLOG) != 0 ||
        make_nonblocking(v->events->fd) != 0 ||
        make_nonblocking(v->context->async_fd) != 0) {
        strbuf_printf(why, "cannot listen on %s: %s", d->address_text,
                      strerror(errno));
        return MPI_ERR_OTHER;
    }
    return MPI_SUCCESS;
}

int connection_listen(struct verbs *v, struct strbuf *why)
{
    if (getrandom(&v->nonce, sizeof v->nonce, 0) != sizeof v->nonce)
        v->nonce = clock_nsec();
    v->events = rdma_create_event_channel();
    if (!v->events) {
        strbuf_printf(why, "librdmacm: %s (is the module rdma_ucm loaded?)",
                      strerror(errno));
        return MPI_ERR_OTHER;
    }
    if (rdma_create_id(v->events, &v->listener, NULL, RDMA_PS_TCP) != 0) {
        v->listener = NULL;
        strbuf_printf(why, "rdma_create_id: %s", strerror(errno));
        return MPI_ERR_OTHER;
    }
    return listen_on(v, why);
}

void connection_unlisten(struct verbs *v)
{
    if (v->listener)
        rdma_destroy_id(v->listener);
    if (v->events)
        rdma_destroy_event_channel(v->events);
}
