/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The verbs transport as the contract wants it: opening and closing, cards,
 * who can be reached, and what to tell about it.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/clock.h"
#include "runtime/base/config.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/connect.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/events.h"
#include "transport/verbs/memory.h"
#include "transport/verbs/poll.h"
#include "transport/verbs/post.h"
#include "transport/verbs/qp.h"
#include "transport/verbs/rail.h"
#include "transport/verbs/rdma.h"
#include "transport/verbs/track.h"
#include "transport/verbs/wire.h"

enum {
    HEADER_ROOM = 64,      /* for the header of an eager packet */
    CREDITS_MIN = 4,
    CREDITS_MAX = 1024,
    COMPLETIONS_MIN = 1024 /* length of the completion queue to begin with */
};

static int open_queues(struct verbs *v, struct strbuf *why)
{
    int most = v->device.limits.max_cqe;
    v->pd = ibv_alloc_pd(v->context);
    if (!v->pd) {
        strbuf_printf(why, "no protection domain: %s", strerror(errno));
        return MPI_ERR_OTHER;
    }
    v->cq = ibv_create_cq(v->context, most < COMPLETIONS_MIN ? most
                                                             : COMPLETIONS_MIN,
                          NULL, NULL, 0);
    if (!v->cq) {
        strbuf_printf(why, "no completion queue: %s", strerror(errno));
        return MPI_ERR_OTHER;
    }
    v->receive = (struct receive){
        .owner = { .pd = v->pd, .counters = v->base.process->counters },
        .slot_bytes = align_up(v->base.max_packet_bytes, CACHE_LINE),
        .share = v->credits + RECEIVE_EXTRA };
    int err = receive_open(&v->receive, v->context, &v->device.limits,
                           v->base.process->world_count, why);
    if (err == MPI_SUCCESS)
        err = post_open(v, why);
    rdma_open(v);
    if (err == MPI_SUCCESS)
        err = qp_probe(v, why);
    if (err == MPI_SUCCESS)
        hotring_init(v);
    return err;
}

/* Free all; what was never opened is NULL. */
static void release(struct verbs *v)
{
    for (int w = 0; v->connections && w < v->base.process->world_count; w++)
        if (v->connections[w]) {
            connection_drop(v->connections[w]); /* looks at the others */
            free(v->connections[w]->track);
            free(v->connections[w]);
            v->connections[w] = NULL;
        }
    memory_close_cache(v);
    hotring_fini(v);
    if (v->pd)
        post_close(v);
    if (v->receive.srq)
        receive_close(&v->receive);
    if (v->cq)
        ibv_destroy_cq(v->cq);
    if (v->pd)
        ibv_dealloc_pd(v->pd);
    rail_close(v);
    events_close(v);
    strbuf_fini(&v->no_rail);
    free(v->connections);
    free(v->by_qp);
    free(v);
}

static int open_parts(struct verbs *v, struct strbuf *why)
{
    /* Before anything else of verbs. Where the kernel copies pinned pages for
     * a child, it would do harm: the child lacks all registered memory. */
    if (ibv_is_fork_initialized() != IBV_FORK_UNNEEDED && ibv_fork_init() != 0)
        log_debug("ibv_fork_init: %s", strerror(errno));
    int err = device_choose(&v->device, NULL, why);
    if (err == MPI_SUCCESS)
        err = events_open(v, why);
    if (err == MPI_SUCCESS)
        err = open_queues(v, why);
    if (err == MPI_SUCCESS)
        rail_open(v);
    return err;
}

/* What each peer may have under way here: as the setting says, unless slots
 * for all ranks of the job would take more memory than allowed. */
static unsigned choose_credits(const struct verbs *v)
{
    const size_t all = (size_t)v->base.process->world_count *
                       v->base.max_packet_bytes;
    const size_t share = settings.verbs_receive_bytes / all;
    unsigned wanted = settings.verbs_credits < CREDITS_MAX
                          ? (unsigned)settings.verbs_credits : CREDITS_MAX;
    if (settings.verbs_credits < 0 || share < RECEIVE_EXTRA + CREDITS_MIN)
        wanted = CREDITS_MIN;
    else if (wanted + RECEIVE_EXTRA > share)
        wanted = (unsigned)share - RECEIVE_EXTRA;
    return wanted < CREDITS_MIN ? CREDITS_MIN : wanted;
}

static int verbs_open(struct process *process,
                      const struct packet_table *packets,
                      struct transport **out, struct strbuf *why)
{
    struct verbs *v = calloc(1, sizeof *v);
    if (!v)
        return MPI_ERR_NO_MEM;
    v->base = (struct transport){
        .ops = &verbs_transport,
        .process = process,
        .packets = packets,
        .eager_bytes = settings.verbs_eager_bytes,
        .max_packet_bytes = align_up(settings.verbs_eager_bytes, 8) +
                            HEADER_ROOM };
    v->credits = choose_credits(v);
    list_init(&v->pending);
    list_init(&v->broken);
    strbuf_init(&v->no_rail);
    v->connections = calloc((size_t)process->world_count,
                            sizeof(*v->connections));
    int err = v->connections ? open_parts(v, why) : MPI_ERR_NO_MEM;
    if (err != MPI_SUCCESS) {
        release(v);
        return err;
    }
    log_debug("opened %s port %u, GID %d %s, listening on %s port %u",
              v->device.name, v->device.port, v->device.gid_index,
              v->device.gid_text, v->device.address_text,
              ntohs(rdma_get_src_port(v->listener)));
    *out = &v->base;
    return MPI_SUCCESS;
}

/* ---- close ---- */

/* Has all been said between us and this peer? Says farewell when due. */
static bool has_parted(struct connection *c)
{
    if (c->state != CONNECTION_READY)
        return true;
    if (!c->has_said_farewell)
        c->has_said_farewell = post_farewell(c);
    return c->has_said_farewell && c->has_farewell && post_is_drained(c);
}

static bool have_all_parted(struct verbs *v)
{
    bool have = true;
    for (int w = 0; w < v->base.process->world_count; w++)
        if (v->connections[w])
            have = has_parted(v->connections[w]) && have;
    return have;
}

/*
 * Every rank has stopped sending, but a peer may still be taking what we sent
 * last. Both sides say farewell as their last packet; who has sent all, had
 * all acknowledged and got the farewell may go. A peer that died shows as a
 * lost connection; the deadline is for one whose machine vanished just now.
 */
static void verbs_close(struct transport *t)
{
    struct verbs *v = CONTAINER_OF(t, struct verbs, base);
    uint64_t deadline = clock_nsec() +
                        (uint64_t)settings.connect_seconds * 1000000000u;
    v->is_closing = true;
    for (int w = 0; w < t->process->world_count; w++)
        if (v->connections[w] && v->connections[w]->state != CONNECTION_READY)
            connection_drop(v->connections[w]);
    v->events_countdown = 0;
    while (!have_all_parted(v)) {
        if (poll_verbs(t) == 0)
            progress_yield(&t->process->progress);
        if (clock_nsec() > deadline) {
            log_warn("some peer did not say farewell within %d s",
                     settings.connect_seconds);
            break;
        }
    }
    release(v);
}

/* ---- cards ---- */

static int verbs_card(struct transport *t, struct strbuf *out)
{
    struct verbs *v = CONTAINER_OF(t, struct verbs, base);
    const struct device *d = &v->device;
    const struct sockaddr_in *in = (const struct sockaddr_in *)&d->address;
    struct card card = { .magic = WIRE_MAGIC,
                         .family = d->address.sin6_family,
                         .port = rdma_get_src_port(v->listener),
                         .nonce = v->nonce,
                         .link_layer = d->link_layer,
                         .packet_bytes = (uint32_t)t->max_packet_bytes };
    if (card.family == AF_INET)
        memcpy(card.address, &in->sin_addr, 4);
    else
        memcpy(card.address, &d->address.sin6_addr, 16);
    memcpy(card.gid, d->gid.raw, 16);
    strbuf_add(out, &card, sizeof card);
    if (v->rail)
        rail_card(v, out);
    return out->is_truncated ? MPI_ERR_NO_MEM : MPI_SUCCESS;
}

static bool verbs_reach(struct transport *t, int world, const void *data,
                        size_t bytes, struct strbuf *why)
{
    struct verbs *v = CONTAINER_OF(t, struct verbs, base);
    struct card card;
    if (bytes != sizeof card &&
        bytes != sizeof card + sizeof(struct rail_card)) {
        strbuf_puts(why, "that rank runs another version of Baton");
        return false;
    }
    memcpy(&card, data, sizeof card);
    if (card.magic != WIRE_MAGIC)
        strbuf_puts(why, "that rank runs another version of Baton");
    else if (world == t->process->world)
        strbuf_puts(why, "a rank does not talk to itself over the network; "
                         "allow the transport self");
    else if (card.link_layer != v->device.link_layer)
        strbuf_puts(why, "its device is on another kind of fabric (InfiniBand "
                         "and Ethernet do not mix)");
    else if (card.family != v->device.address.sin6_family)
        strbuf_puts(why, "one of the two devices has an IPv4 GID, the other "
                         "an IPv6 one; see BATON_GID_INDEX");
    else if (card.packet_bytes != t->max_packet_bytes)
        strbuf_puts(why, "it runs with another BATON_VERBS_EAGER_BYTES");
    else {
        struct sockaddr_in6 address =
            device_peer_address(&v->device, card.address, card.port);
        return device_has_route(&v->device, &address, why);
    }
    return false;
}

static int verbs_connect(struct transport *t, int world, const void *data,
                         size_t bytes, struct endpoint **out)
{
    struct verbs *v = CONTAINER_OF(t, struct verbs, base);
    struct card card;
    struct connection *c;
    int err = connection_of(v, world, &c);
    if (err != MPI_SUCCESS)
        return err;
    memcpy(&card, data, bytes < sizeof card ? bytes : sizeof card);
    if (c->state == CONNECTION_IDLE) {
        struct sockaddr_in6 second;
        c->address = device_peer_address(&v->device, card.address, card.port);
        c->nonce = card.nonce;
        if (rail_find_peer(v, data, bytes, &second))
            track_make(c, &second);
        connect_start(c);
    }
    *out = &c->base;
    return MPI_SUCCESS;
}

static void verbs_explain(struct endpoint *ep, struct strbuf *out)
{
    struct verbs *v = CONTAINER_OF(ep->transport, struct verbs, base);
    strbuf_puts(out, "verbs: ");
    device_explain(&v->device, out);
    strbuf_puts(out, ", ");
    memory_explain(v, out);
    if (v->hot.most)
        strbuf_printf(out, ", a ring for packets of up to %zu bytes when hot",
                      v->hot.most);
    rail_explain(CONTAINER_OF(ep, struct connection, base), out);
}

const struct transport_ops verbs_transport = {
    .name = "verbs",
    .is_silent = true,
    .scatter_bytes = 4 << 10,
    .open = verbs_open,
    .close = verbs_close,
    .card = verbs_card,
    .reach = verbs_reach,
    .connect = verbs_connect,
    .send = post_send,
    .get = rdma_get,
    .put = rdma_put,
    .retain_region = memory_retain_region,
    .release_region = memory_release_region,
    .poll = poll_verbs,
    .explain = verbs_explain,
};
