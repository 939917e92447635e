/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transport between ranks of one node: a ring per ordered pair for
 * packets, cross-memory attach for large messages. The receiver polls only the
 * rings whose senders have announced themselves. Nothing here allocates or
 * calls the kernel while packets flow.
 */
#define LOG_MODULE "shm"
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "transport/shm/area.h"
#include "transport/shm/attach.h"

/* Packets taken from one sender before the next one has its turn. */
enum { BATCH = 16 };

/* Room for the protocols' header beside an eager message. */
enum { HEADER_ROOM = 128 };

struct incoming {
    struct ring_receiver ring;
    int world;
};

struct shm {
    struct transport transport;
    struct area area;
    struct mailbox *mailbox;     /* this rank's */
    uint32_t announced_seen;     /* senders in `incoming` by then */
    unsigned incoming_count;
    struct incoming *incoming;   /* room for all local ranks */
    bool *is_incoming;           /* by local rank */
    struct list endpoints;
    struct region everything;    /* attach needs no registration */
    struct attach_card card;
    uint64_t trial_word;
};

struct shm_endpoint {
    struct endpoint endpoint;
    struct ring_sender ring;
    struct list link;
    int pid;
    int attach_errno; /* why attach is refused; 0 = it works or is not wanted */
};

static struct shm *shm_of(struct transport *t)
{
    return CONTAINER_OF(t, struct shm, transport);
}

static struct shm_endpoint *endpoint_of(struct endpoint *ep)
{
    return CONTAINER_OF(ep, struct shm_endpoint, endpoint);
}

static void shm_close(struct transport *t)
{
    struct shm *shm = shm_of(t);
    LIST_FOR_EACH(node, &shm->endpoints)
        free(CONTAINER_OF(node, struct shm_endpoint, link));
    free(shm->incoming);
    free(shm->is_incoming);
    free(shm);
}

static void set_limits(struct shm *shm)
{
    struct transport *t = &shm->transport;
    t->max_packet_bytes = ring_max_packet(shm->area.payload_bytes);
    t->eager_bytes = settings.shm_eager_bytes;
    if (t->eager_bytes > t->max_packet_bytes - HEADER_ROOM)
        t->eager_bytes = t->max_packet_bytes - HEADER_ROOM;
}

static int shm_open_transport(struct process *process,
                              const struct packet_table *packets,
                              struct transport **out, struct strbuf *why)
{
    if (!process->node.pages) {
        strbuf_puts(why, "the ranks of this node share no memory segment");
        return MPI_ERR_OTHER;
    }
    struct shm *shm = calloc(1, sizeof *shm);
    if (!shm)
        return MPI_ERR_NO_MEM;
    shm->transport = (struct transport){ .ops = &shm_transport,
                                         .process = process,
                                         .packets = packets };
    list_init(&shm->endpoints);
    size_t count = (size_t)process->local_count;
    shm->incoming = calloc(count, sizeof(*shm->incoming));
    shm->is_incoming = calloc(count, sizeof(*shm->is_incoming));
    int err = shm->incoming && shm->is_incoming
                  ? area_open(&shm->area, process, settings.shm_ring_bytes, why)
                  : MPI_ERR_NO_MEM;
    if (err != MPI_SUCCESS) {
        shm_close(&shm->transport);
        return err;
    }
    shm->mailbox = area_mailbox(&shm->area, (uint32_t)process->local);
    set_limits(shm);
    if (settings.cma)
        attach_open(&shm->trial_word, &shm->card);
    *out = &shm->transport;
    return MPI_SUCCESS;
}

static int shm_card(struct transport *t, struct strbuf *out)
{
    strbuf_add(out, &shm_of(t)->card, sizeof(struct attach_card));
    return out->is_truncated ? MPI_ERR_NO_MEM : MPI_SUCCESS;
}

static bool shm_reach(struct transport *t, int world, const void *card,
                      size_t card_bytes, struct strbuf *why)
{
    int local;
    if (!process_is_local(t->process, world, &local)) {
        strbuf_puts(why, "the peer is on another node");
        return false;
    }
    if (card_bytes != sizeof(struct attach_card)) {
        strbuf_puts(why, "the peer runs another version");
        return false;
    }
    return true;
}

/* Attach serves a pair when both want it and a trial read succeeds. */
static void try_attach(struct shm_endpoint *e, const struct attach_card *card)
{
    e->pid = card->pid;
    e->endpoint.can_get = false;
    if (!settings.cma || !card->pid)
        return;
    e->attach_errno = attach_try(card);
    e->endpoint.can_get = e->attach_errno == 0;
    if (e->attach_errno)
        log_debug("cannot read the memory of rank %d: %s", e->endpoint.world,
                  strerror(e->attach_errno));
}

static int shm_connect(struct transport *t, int world, const void *card,
                       size_t card_bytes, struct endpoint **out)
{
    struct shm *shm = shm_of(t);
    struct attach_card peer;
    struct ring ring;
    int local;
    if (!process_is_local(t->process, world, &local))
        return MPI_ERR_OTHER;
    struct shm_endpoint *e = calloc(1, sizeof *e);
    if (!e)
        return MPI_ERR_NO_MEM;
    endpoint_init(&e->endpoint, t, world);
    uint32_t here = (uint32_t)t->process->local;
    area_ring(&shm->area, here, (uint32_t)local, &ring);
    ring_sender_init(&e->ring, &ring);
    memcpy(&peer, card, sizeof peer);
    try_attach(e, &peer);
    list_append(&shm->endpoints, &e->link);
    area_announce(&shm->area, here, (uint32_t)local);
    *out = &e->endpoint;
    return MPI_SUCCESS;
}

static enum post shm_send(struct endpoint *ep, const struct packet_out *packet)
{
    return ring_send(&endpoint_of(ep)->ring, packet);
}

static COLD enum post fail_get(struct endpoint *ep, int cause)
{
    ep->error = error_make(MPI_ERR_OTHER,
                           "cannot read the memory of rank %d on %s: %s%s",
                           ep->world, ep->transport->process->host,
                           strerror(cause),
                           cause == ESRCH ? " (the process is gone)" : "");
    return POST_FAILED;
}

static enum post shm_get(struct endpoint *ep, const struct get *get)
{
    int cause = attach_read(endpoint_of(ep)->pid, get->local,
                            get->remote_address, get->bytes);
    if (UNLIKELY(cause != 0))
        return fail_get(ep, cause);
    counter_add(ep->transport->process->counters, COUNTER_CMA_BYTES,
                get->bytes);
    return POST_DONE;
}

static int shm_retain_region(struct transport *t, void *address, size_t bytes,
                             struct region **out)
{
    *out = &shm_of(t)->everything;
    return MPI_SUCCESS;
}

static void shm_release_region(struct transport *t, struct region *region)
{
}

/* Somebody new has announced itself: find out who. The count was read before
 * the flags, so whoever comes meanwhile is found now or at the next poll. */
static COLD void welcome(struct shm *shm, uint32_t announced)
{
    const struct process *process = shm->transport.process;
    uint32_t here = (uint32_t)process->local;
    struct ring ring;
    for (uint32_t from = 0; from < shm->area.ranks; from++) {
        if (shm->is_incoming[from] ||
            !area_has_announced(&shm->area, from, here))
            continue;
        struct incoming *in = &shm->incoming[shm->incoming_count++];
        area_ring(&shm->area, from, here, &ring);
        ring_receiver_init(&in->ring, &ring);
        in->world = process->local_worlds[from];
        shm->is_incoming[from] = true;
    }
    shm->announced_seen = announced;
}

static int shm_poll(struct transport *t)
{
    struct shm *shm = shm_of(t);
    uint32_t announced = atomic_load_explicit(&shm->mailbox->announced,
                                              memory_order_acquire);
    if (UNLIKELY(announced != shm->announced_seen))
        welcome(shm, announced);
    int events = 0;
    for (unsigned i = 0; i < shm->incoming_count; i++) {
        struct incoming *in = &shm->incoming[i];
        const struct packet *packet;
        size_t bytes;
        for (int n = 0; n < BATCH && (packet = ring_peek(&in->ring, &bytes));
             n++, events++) {
            packet_deliver(t->packets, in->world, packet, bytes);
            ring_release(&in->ring, bytes);
        }
    }
    return events;
}

static void shm_explain(struct endpoint *ep, struct strbuf *out)
{
    const struct shm_endpoint *e = endpoint_of(ep);
    strbuf_printf(out, "shm: ring of %u KiB, messages above %zu bytes ",
                  (unsigned)(e->ring.ring.payload_bytes >> 10),
                  ep->transport->eager_bytes);
    if (ep->can_get)
        strbuf_puts(out, "read from the peer's memory (process_vm_readv)");
    else
        strbuf_printf(out, "copied twice, through the ring (process_vm_readv "
                      "%s)", e->attach_errno ? strerror(e->attach_errno)
                                             : "is off: BATON_CMA=no");
}

const struct transport_ops shm_transport = {
    .name = "shm",
    .open = shm_open_transport,
    .close = shm_close,
    .card = shm_card,
    .reach = shm_reach,
    .connect = shm_connect,
    .send = shm_send,
    .get = shm_get,
    .retain_region = shm_retain_region,
    .release_region = shm_release_region,
    .poll = shm_poll,
    .explain = shm_explain,
};
