/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where connections are heard of: the listener, librdmacm's events, and the
 * device's. An event is copied and acknowledged before it is acted upon,
 * because destroying an id waits for the acknowledgement of its events.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/events.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <mpi.h>

#include "runtime/base/clock.h"
#include "runtime/base/config.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/connect.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/post.h"
#include "transport/verbs/probe.h"
#include "transport/verbs/rail.h"
#include "transport/verbs/track.h"

enum { LISTEN_BACKLOG = 1024, GAP_MAX_NSEC = 100000000 };

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

/*
 * Deadlines count the time in which this rank really looked for answers. When
 * it comes back from a long computation, an answer may be there already, and
 * the next one must have its time.
 */
static void be_patient(struct verbs *v)
{
    uint64_t now = clock_nsec();
    uint64_t gap = now - v->looked_at;
    v->patience_nsec += gap < GAP_MAX_NSEC ? gap : GAP_MAX_NSEC;
    v->looked_at = now;
}

static void check_deadline(struct connection *c, uint64_t now)
{
    if (now > c->deadline)
        connection_refuse(c, "no answer within %d s (%s); is that host up, "
                          "and UDP port 4791 open between the two?",
                          settings.connect_seconds,
                          connection_state_name(c->state));
    else if (now > c->probe_at && !c->probe)
        probe_start(c);
}

static void check_deadlines(struct verbs *v)
{
    LIST_FOR_EACH(node, &v->pending)
        check_deadline(CONTAINER_OF(node, struct connection, link),
                       v->patience_nsec);
}

enum { CAUSE_BYTES = 64 };

/* Has it answered nothing for so long? Then that is the cause. */
static bool lasts(struct silence *s, uint32_t answers, uint64_t now,
                  int seconds, char cause[CAUSE_BYTES])
{
    if (s->since == 0 || s->answers != answers)
        *s = (struct silence){ answers, now };
    if (now - s->since < (uint64_t)seconds * 1000000000u)
        return false;
    snprintf(cause, CAUSE_BYTES, "no answer for %d s", seconds);
    return true;
}

static void check_silence(struct connection *c, uint64_t now)
{
    struct track *t = c->track;
    char cause[CAUSE_BYTES];
    if (t && t->state == TRACK_READY && t->requested != t->answered &&
        lasts(&t->silence, t->answered, now, settings.verbs_rail_seconds,
              cause))
        track_lose(t, cause);
    if (c->state != CONNECTION_READY)
        return;
    post_ask(c);
    if (c->signals != c->signals_taken &&
        lasts(&c->silence, c->signals_taken, now,
              settings.verbs_answer_seconds, cause)) {
        /* the peer may be the first to report the end, without the cause */
        log_warn("rank %d gives %s; the connection ends", c->base.world, cause);
        connection_lose(c, cause);
    }
}

void events_lose_silent(struct verbs *v)
{
    enum { EVERY_NSEC = 1000000000 };
    const uint64_t now = v->looked_at;
    if (now < v->silence_at)
        return;
    v->silence_at = now + EVERY_NSEC;
    for (int w = 0; w < v->base.process->world_count; w++)
        if (v->connections[w])
            check_silence(v->connections[w], now);
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

int events_take(struct verbs *v)
{
    struct pollfd fds[3] = {
        { .fd = v->events->fd, .events = POLLIN },
        { .fd = v->context->async_fd, .events = POLLIN },
        { .fd = v->rail ? v->rail->context->async_fd : -1, .events = POLLIN } };
    int events = 0;
    struct news news;
    be_patient(v);
    if (poll(fds, 3, 0) < 0)
        return 0;
    if (fds[1].revents)
        events += take_device_events(v);
    if (fds[2].revents)
        events += rail_take_event(v);
    while (fds[0].revents && next_news(v, &news)) {
        events++;
        if (news.type == RDMA_CM_EVENT_CONNECT_REQUEST)
            connect_take_request(v, &news);
        else if (news.id->context)
            connect_take_news(news.id->context, &news);
    }
    check_deadlines(v);
    return events;
}

/* ---- the listener ---- */

static int make_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int events_listen(struct verbs *v, const struct device *d,
                  struct rdma_cm_id **listener, struct strbuf *why)
{
    struct rdma_cm_id *id;
    if (rdma_create_id(v->events, &id, NULL, RDMA_PS_TCP) != 0) {
        strbuf_printf(why, "rdma_create_id: %s", strerror(errno));
        return MPI_ERR_OTHER;
    }
    *listener = id;
    if (rdma_bind_addr(id, (struct sockaddr *)&d->address) != 0) {
        strbuf_printf(why, "librdmacm cannot use %s: %s", d->address_text,
                      strerror(errno));
        return MPI_ERR_OTHER;
    }
    if (!id->verbs ||
        strcmp(ibv_get_device_name(id->verbs->device), d->name) != 0) {
        strbuf_printf(why, "librdmacm finds %s at %s, not %s",
                      id->verbs ? ibv_get_device_name(id->verbs->device)
                                : "no device", d->address_text, d->name);
        return MPI_ERR_OTHER;
    }
    if (rdma_listen(id, LISTEN_BACKLOG) != 0 ||
        make_nonblocking(id->verbs->async_fd) != 0) {
        strbuf_printf(why, "cannot listen on %s: %s", d->address_text,
                      strerror(errno));
        return MPI_ERR_OTHER;
    }
    return MPI_SUCCESS;
}

int events_open(struct verbs *v, struct strbuf *why)
{
    if (getrandom(&v->nonce, sizeof v->nonce, 0) != sizeof v->nonce)
        v->nonce = clock_nsec();
    v->events = rdma_create_event_channel();
    if (!v->events || make_nonblocking(v->events->fd) != 0) {
        strbuf_printf(why, "librdmacm: %s (is the module rdma_ucm loaded?)",
                      strerror(errno));
        return MPI_ERR_OTHER;
    }
    int err = events_listen(v, &v->device, &v->listener, why);
    if (err == MPI_SUCCESS)
        v->context = v->listener->verbs;
    return err;
}

void events_close(struct verbs *v)
{
    if (v->listener)
        rdma_destroy_id(v->listener);
    if (v->events)
        rdma_destroy_event_channel(v->events);
}
