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

/* Each run costs the kernel a look at its pages: below this, packing both ends
 * is sooner done (docs/shm.md). */
enum { SCATTER_BYTES = 64 << 10 };

/* How often a send looks for room in a full ring: a look reads one line, which
 * comes from the receiver's core when that has consumed something. */
enum { ROOM_TRIES = 40 };

/* packet.private of this transport's own packet. */
enum { ASK_FOR_HELP = 1 };

/* Everything about one other rank of the node. */
struct peer {
    struct ring_receiver in;
    int world;
    int pid;
    struct ring_turn turn;
    struct doorbell *bell; /* the peer's, rung after each packet */
    struct ring_sender out;
    struct endpoint endpoint;
    struct share *read;  /* our read of its memory, that it may help */
    struct share *asked; /* its read of ours */
    bool can_help;
    int attach_errno;  /* why attach is refused; 0: it works or is not wanted */
    bool is_sender;    /* has announced itself, so we poll `in` */
    bool is_slow;      /* the last wait for room in `out` was in vain */
    struct peer *next_sender;
};

struct shm {
    struct transport transport;
    struct area area;
    struct mailbox *mailbox;    /* this rank's */
    uint32_t announced_seen;    /* all these are among the senders */
    struct peer *first_sender;  /* whom to poll, through next_sender */
    struct peer *peers;         /* by local rank */
    struct region everything;   /* attach needs no registration */
    struct attach_card card;
    uint64_t trial_word;
};

static struct shm *shm_of(struct transport *t)
{
    return CONTAINER_OF(t, struct shm, transport);
}

static struct peer *peer_of(struct endpoint *ep)
{
    return CONTAINER_OF(ep, struct peer, endpoint);
}

static void shm_close(struct transport *t)
{
    struct shm *shm = shm_of(t);
    free(shm->peers);
    free(shm);
}

/* Lay out this rank's side of its pairs; touches none of their memory. */
static void make_peers(struct shm *shm)
{
    const struct process *process = shm->transport.process;
    uint32_t here = (uint32_t)process->local;
    struct ring ring;
    for (uint32_t local = 0; local < shm->area.ranks; local++) {
        struct peer *peer = &shm->peers[local];
        peer->world = process->local_worlds[local];
        peer->bell = &node_segment_status(&process->node, local)->bell;
        area_turn(&shm->area, here, local, &peer->turn);
        peer->read = &area_mailbox(&shm->area, here)->from[local].share;
        peer->asked = &area_mailbox(&shm->area, local)->from[here].share;
        peer->can_help = true;
        area_ring(&shm->area, here, local, &ring);
        ring_sender_init(&peer->out, &ring, &peer->turn);
        area_ring(&shm->area, local, here, &ring);
        ring_receiver_init(&peer->in, &ring, &peer->turn);
    }
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
    size_t count = (size_t)process->local_count;
    shm->peers = calloc(count, sizeof(*shm->peers));
    int err = shm->peers
                  ? area_open(&shm->area, process, settings.shm_ring_bytes, why)
                  : MPI_ERR_NO_MEM;
    if (err != MPI_SUCCESS) {
        shm_close(&shm->transport);
        return err;
    }
    shm->mailbox = area_mailbox(&shm->area, (uint32_t)process->local);
    make_peers(shm);
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
static void try_attach(struct peer *peer, const struct attach_card *card)
{
    peer->pid = card->pid;
    peer->endpoint.can_get = false;
    if (!settings.cma || !card->pid)
        return;
    peer->attach_errno = attach_try(card);
    peer->endpoint.can_get = peer->attach_errno == 0;
    if (peer->attach_errno)
        log_debug("cannot read the memory of rank %d: %s", peer->world,
                  strerror(peer->attach_errno));
}

/* Let the short way be taken by what there is room for, as long as nothing that
 * waits in the backlog would be overtaken. */
static void set_short_limit(struct peer *peer, uint32_t room)
{
    struct endpoint *ep = &peer->endpoint;
    size_t most = ring_span_payload(&peer->out);
    if (UNLIKELY(room == 0) || UNLIKELY(!list_is_empty(&ep->backlog))) {
        ep->short_limit = 0;
        return;
    }
    if (UNLIKELY(room < RING_SPAN_LINES))
        most = RING_SHORT_PAYLOAD;
    if (UNLIKELY(most > ep->transport->eager_bytes))
        most = ep->transport->eager_bytes;
    ep->short_limit = most + 1;
}

static NO_INLINE enum post close_short_way(struct endpoint *ep)
{
    struct peer *peer = peer_of(ep);
    set_short_limit(peer, ring_room(&peer->out));
    doorbell_ring(peer->bell);
    return POST_DONE;
}

static NO_INLINE enum post wake(struct doorbell *bell)
{
    doorbell_wake(bell);
    return POST_DONE;
}

/* What comes behind a short packet. Rare ends are calls in its place, so that
 * who sends one needs no stack. */
static ALWAYS_INLINE enum post after_short(struct endpoint *ep,
                                           bool is_at_limit)
{
    struct doorbell *bell = peer_of(ep)->bell;
    if (UNLIKELY(is_at_limit))
        return close_short_way(ep);
    return doorbell_is_armed(bell) ? wake(bell) : POST_DONE;
}

static NO_INLINE enum post send_span(struct endpoint *ep, uint64_t word0,
                                     uint64_t word1, const void *payload,
                                     size_t payload_bytes)
{
    return after_short(ep, ring_send_span(&peer_of(ep)->out, word0, word1,
                                          payload, payload_bytes));
}

static ALWAYS_INLINE enum post send_line(struct endpoint *ep, uint64_t word0,
                                         uint64_t word1, const void *payload,
                                         size_t payload_bytes)
{
    return after_short(ep, ring_send_short(&peer_of(ep)->out, word0, word1,
                                           payload, payload_bytes));
}

static NO_INLINE enum post send_any_line(struct endpoint *ep, uint64_t word0,
                                         uint64_t word1, const void *payload,
                                         size_t payload_bytes)
{
    return send_line(ep, word0, word1, payload, payload_bytes);
}

/* 8 to 16 bytes, the fewest instructions. */
static HOT enum post shm_send_short(struct endpoint *ep, uint64_t word0,
                                    uint64_t word1, const void *payload,
                                    size_t payload_bytes)
{
    if (LIKELY(payload_bytes - 8 <= 8))
        return send_line(ep, word0, word1, payload, payload_bytes);
    return payload_bytes <= RING_SHORT_PAYLOAD
               ? send_any_line(ep, word0, word1, payload, payload_bytes)
               : send_span(ep, word0, word1, payload, payload_bytes);
}

static int shm_connect(struct transport *t, int world, const void *card,
                       size_t card_bytes, struct endpoint **out)
{
    struct shm *shm = shm_of(t);
    struct attach_card theirs;
    int local;
    if (!process_is_local(t->process, world, &local))
        return MPI_ERR_OTHER;
    struct peer *peer = &shm->peers[local];
    endpoint_init(&peer->endpoint, t, world);
    peer->endpoint.slices_max = SLICES_MAX;
    peer->endpoint.runs_max = SLICES_MAX;
    peer->endpoint.send_short = shm_send_short;
    set_short_limit(peer, ring_room(&peer->out));
    memcpy(&theirs, card, sizeof theirs);
    try_attach(peer, &theirs);
    area_announce(&shm->area, (uint32_t)t->process->local, (uint32_t)local);
    *out = &peer->endpoint;
    return MPI_SUCCESS;
}

/*
 * The ring is full. A receiver at work gives a part of it back within half a
 * microsecond or so, and to wait for that is cheaper than to queue the packet,
 * behind which all others would have to queue. One that is not at work is waited
 * for once.
 */
static NO_INLINE enum post send_when_room(struct peer *peer,
                                          const struct packet_out *packet)
{
    for (int i = 0; i < ROOM_TRIES && !peer->is_slow; i++) {
        cpu_relax();
        if (ring_send(&peer->out, packet) == POST_DONE)
            return POST_DONE;
    }
    peer->is_slow = true;
    return POST_BUSY;
}

static enum post shm_send(struct endpoint *ep, const struct packet_out *packet)
{
    struct peer *peer = peer_of(ep);
    enum post post = ring_send(&peer->out, packet);
    if (UNLIKELY(post == POST_BUSY))
        post = send_when_room(peer, packet);
    else
        peer->is_slow = false;
    set_short_limit(peer, post == POST_DONE ? ring_room(&peer->out) : 0);
    doorbell_ring(peer->bell);
    return post;
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

/* Read with the peer's help, if it comes and ends well. */
static int read_together(struct peer *peer, const struct transfer *get)
{
    struct share *share = peer->read;
    void *local = get->slices[0].address;
    bool has_helped;
    share_open(share, local, get->remote_address, get->bytes);
    const struct packet ask = { .private = ASK_FOR_HELP };
    const struct packet_out packet = { .header = &ask,
                                       .header_bytes = sizeof ask };
    shm_send(&peer->endpoint, &packet); /* when that is busy, without help */
    int cause = share_read(share, peer->pid, &has_helped);
    if (has_helped)
        return cause;
    peer->can_help = false;
    log_debug("rank %d cannot write to this process", peer->world);
    return attach_read(peer->pid, local, get->remote_address, get->bytes);
}

static enum post shm_get(struct endpoint *ep, const struct transfer *get)
{
    struct peer *peer = peer_of(ep);
    int cause;
    if (get->slice_count > 1 || get->run_count > 1)
        cause = attach_gather(peer->pid, get);
    else if (get->bytes >= SHARE_MIN_BYTES && peer->can_help &&
             !get->is_mutual && ep->transport->process->has_own_core)
        cause = read_together(peer, get);
    else
        cause = attach_read(peer->pid, get->slices[0].address,
                            get->remote_address, get->bytes);
    if (UNLIKELY(cause != 0))
        return fail_get(ep, cause);
    counter_add(ep->transport->process->counters, COUNTER_CMA_BYTES,
                get->bytes);
    return POST_DONE;
}

static int shm_retain_region(struct endpoint *ep, void *address, size_t bytes,
                             enum region_use use, struct region **out)
{
    *out = &shm_of(ep->transport)->everything;
    return MPI_SUCCESS;
}

static void shm_release_region(struct transport *t, struct region *region)
{
}

static int shm_poll(void *transport);

/* Somebody new has announced itself: find out who, then poll. The count was
 * read before the flags, so whoever comes meanwhile is found now or next. */
static COLD int welcome(struct shm *shm, uint32_t announced)
{
    uint32_t here = (uint32_t)shm->transport.process->local;
    for (uint32_t from = 0; from < shm->area.ranks; from++) {
        struct peer *peer = &shm->peers[from];
        if (!peer->is_sender && area_has_announced(&shm->area, from, here)) {
            peer->is_sender = true;
            peer->next_sender = shm->first_sender;
            shm->first_sender = peer;
        }
    }
    shm->announced_seen = announced;
    return shm_poll(&shm->transport);
}

/* Hand up the packet of a line that has arrived. */
static ALWAYS_INLINE void take(struct shm *shm, struct peer *peer,
                               const struct ring_line *line, uint64_t head)
{
    size_t bytes;
    const struct packet *packet = ring_packet(&peer->in, line, head, &bytes);
    if (UNLIKELY(packet->private == ASK_FOR_HELP))
        share_help(peer->asked, peer->pid);
    else
        packet_deliver(shm->transport.packets, peer->world, packet, bytes);
    if (UNLIKELY(ring_release(&peer->in)))
        doorbell_ring(peer->bell);
}

/* Take what one peer has sent, up to a batch. */
static int take_packets(struct shm *shm, struct peer *peer)
{
    const struct ring_line *line;
    uint64_t head;
    int events = 0;
    while (events < BATCH && (line = ring_arrived(&peer->in, &head)) != NULL) {
        take(shm, peer, line, head);
        events++;
    }
    return events;
}

/* What is there from a sender on; counts on from `events`. */
static NO_INLINE int take_rest(struct shm *shm, struct peer *first, int events)
{
    for (struct peer *peer = first; peer; peer = peer->next_sender)
        events += take_packets(shm, peer);
    return events;
}

/* The first packet, and what else is there from that sender on. Behind one in
 * the turn line there is nothing, as a rule. */
static NO_INLINE int take_from(struct shm *shm, struct peer *peer,
                               const struct ring_line *line, uint64_t head)
{
    const bool is_by_turn = line == peer->in.turn_line;
    take(shm, peer, line, head);
    struct peer *next = is_by_turn ? peer->next_sender : peer;
    return next ? take_rest(shm, next, 1) : 1;
}

/* Short when nothing has come: this is what a waiting rank does. */
static int shm_poll(void *transport)
{
    struct shm *shm = shm_of(transport);
    uint64_t head;
    uint32_t announced = atomic_load_explicit(&shm->mailbox->announced,
                                              memory_order_acquire);
    if (UNLIKELY(announced != shm->announced_seen))
        return welcome(shm, announced);
    for (struct peer *peer = shm->first_sender; peer;
         peer = peer->next_sender) {
        const struct ring_line *line = ring_arrived(&peer->in, &head);
        if (UNLIKELY(line != NULL))
            return take_from(shm, peer, line, head);
    }
    return 0;
}

static void shm_explain(struct endpoint *ep, struct strbuf *out)
{
    const struct peer *peer = peer_of(ep);
    strbuf_printf(out, "shm: ring of %u KiB, messages above %zu bytes ",
                  (unsigned)(peer->out.ring.payload_bytes >> 10),
                  ep->transport->eager_bytes);
    if (ep->can_get)
        strbuf_puts(out, "read from the peer's memory (process_vm_readv)");
    else
        strbuf_printf(out, "copied twice, through the ring (process_vm_readv "
                      "%s)", peer->attach_errno ? strerror(peer->attach_errno)
                                             : "is off: BATON_CMA=no");
}

const struct transport_ops shm_transport = {
    .name = "shm",
    .gets_at_once = true,
    .scatter_bytes = SCATTER_BYTES,
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
