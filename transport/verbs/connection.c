/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a connection apart from how it comes up: making it, its state,
 * and its end in failure, which completes all that waits for it and tells the
 * layer above.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/connection.h"

#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/post.h"
#include "transport/verbs/probe.h"
#include "transport/verbs/qp.h"
#include "transport/verbs/rdma.h"
#include "transport/verbs/track.h"
#include "transport/verbs/window.h"

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

void connection_set_state(struct connection *c, enum connection_state state)
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
        int local;
        struct connection *c = calloc(1, sizeof *c);
        if (!c)
            return MPI_ERR_NO_MEM;
        endpoint_init(&c->base, &v->base, world);
        c->base.shares_moves =
            v->device.is_software &&
            process_is_local(v->base.process, world, &local);
        list_init(&c->link);
        rdma_init(c);
        v->connections[world] = c;
    }
    *out = v->connections[world];
    return MPI_SUCCESS;
}

void connection_set_deadline(struct connection *c)
{
    uint64_t span = (uint64_t)settings.connect_seconds * 1000000000u;
    uint64_t now = verbs_of(c)->patience_nsec;
    c->deadline = now + span;
    c->probe_at = now + span / 2;
}

void connection_drop(struct connection *c)
{
    list_remove(&c->link);
    window_drop(c);
    qp_destroy(c);
    hotring_drop(c);
    probe_stop(c);
    track_close(c);
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
    connection_set_state(c, CONNECTION_FAILED);
    c->base.error = err;
    post_abandon(c, err);
    if (packets->peer_failed)
        packets->peer_failed(packets->arg, c->base.world, err);
}

/* "rank 0 on node1 (rxe0, 192.0.2.1) WHAT rank 1 at 192.0.2.2: CAUSE" */
static int make_error(const struct connection *c, const char *what,
                      const char *cause)
{
    const struct verbs *v = verbs_of(c);
    char address[ADDRESS_TEXT];
    address_print(&c->address, address);
    return error_make(MPI_ERR_OTHER, "rank %d on %s (%s, %s) %s rank %d at "
                      "%s: %s", v->base.process->world, v->base.process->host,
                      v->device.name, v->device.address_text, what,
                      c->base.world, address, cause);
}

void connection_refuse(struct connection *c, const char *format, ...)
{
    struct strbuf cause;
    va_list args;
    strbuf_init(&cause);
    va_start(args, format);
    strbuf_vprintf(&cause, format, args);
    va_end(args);
    int err = make_error(c, "cannot connect to", cause.text);
    strbuf_fini(&cause);
    fail(c, err);
}

void connection_lose(struct connection *c, const char *cause)
{
    fail(c, make_error(c, "lost its connection to", cause));
}

void connection_break(struct connection *c, const char *what, int error)
{
    c->state = CONNECTION_BROKEN;
    c->base.error = make_error(c, what, strerror(error));
    list_remove(&c->link);
    list_append(&verbs_of(c)->broken, &c->link);
    verbs_of(c)->chores |= CHORE_BROKEN;
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
    v->chores &= ~(unsigned)CHORE_BROKEN;
}

