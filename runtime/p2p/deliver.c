/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets coming up: one handler per type. What starts a message is matched
 * and taken, or kept until its receive is posted; the rest finds its request
 * by name. Handlers run inside poll and never wait.
 */
#define LOG_MODULE "p2p"
#include "runtime/p2p/engine.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/copy.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/objects/pack.h"

static int make_truncate_error(const struct p2p_request *r, uint64_t bytes)
{
    return error_make(MPI_ERR_TRUNCATE,
                      "a message of %llu bytes from rank %d with tag %d does "
                      "not fit the receive buffer of %llu bytes",
                      (unsigned long long)bytes, r->base.source, r->base.tag,
                      (unsigned long long)r->capacity);
}

/* Note how many of the message's bytes this receive can take. */
static void set_bytes(struct p2p_request *r, uint64_t message_bytes)
{
    r->base.bytes = message_bytes;
    if (UNLIKELY(message_bytes > r->capacity)) {
        r->result = make_truncate_error(r, message_bytes);
        r->base.bytes = r->capacity;
    }
}

static ALWAYS_INLINE void copy(void *to, const void *from, size_t bytes)
{
    if (bytes <= COPY_SHORT_BYTES)
        copy_short(to, from, bytes);
    else
        memcpy(to, from, bytes);
}

/* Copy packed bytes of the message to their place in the user's buffer. */
static inline void copy_in(struct p2p_request *r, uint64_t offset,
                           const void *from, size_t bytes, enum counter why)
{
    if (bytes == 0)
        return; /* the buffer may be a null pointer then */
    if (LIKELY(r->type->is_contiguous)) {
        copy((char *)engine_address(r) + offset, from, bytes);
    } else {
        unpack_bytes(r->buffer, from, r->type, offset, bytes);
        counter_add(r->p2p->counters, COUNTER_PACKED_BYTES, bytes);
    }
    counter_add(r->p2p->counters, why, bytes);
}

/* Tell the sender that its message has been taken. */
static void answer(struct p2p_request *r)
{
    r->state = STATE_IDLE; /* the peer may turn out to be lost meanwhile */
    int err = engine_endpoint(r->p2p, r->world, &r->ep);
    if (err != MPI_SUCCESS) {
        request_end(r, err);
        return;
    }
    r->state = RECV_FIN;
    request_advance(r);
}

static void take_rts(struct p2p_request *r, const struct rts_header *header)
{
    set_bytes(r, header->bytes);
    r->peer_request = header->request;
    r->state = STATE_IDLE; /* the peer may turn out to be lost meanwhile */
    int err = engine_endpoint(r->p2p, r->world, &r->ep);
    if (err != MPI_SUCCESS)
        request_end(r, err);
    else
        request_take_offer(r, header);
}

uint64_t deliver_message_bytes(const struct packet *packet, size_t bytes)
{
    switch (packet->type) {
    case PACKET_EAGER:
        return bytes - sizeof(struct match_header);
    case PACKET_EAGER_SYNC:
        return bytes - sizeof(struct eager_sync_header);
    default:
        return ((const struct rts_header *)packet)->bytes;
    }
}

void deliver_to(struct p2p_request *r, int world, const struct packet *packet,
                size_t bytes)
{
    const struct match_header *header = (const struct match_header *)packet;
    r->world = world;
    r->base.source = header->source;
    r->base.tag = (int)packet->word;
    if (LIKELY(packet->type == PACKET_EAGER)) {
        set_bytes(r, bytes - sizeof *header);
        copy_in(r, 0, header + 1, r->base.bytes, COUNTER_COPIED_IN_BYTES);
        request_end(r, r->result);
        return;
    }
    if (packet->type == PACKET_RTS) {
        take_rts(r, (const struct rts_header *)packet);
        return;
    }
    const struct eager_sync_header *sync =
        (const struct eager_sync_header *)packet;
    set_bytes(r, bytes - sizeof *sync);
    copy_in(r, 0, sync + 1, r->base.bytes, COUNTER_COPIED_IN_BYTES);
    r->peer_request = sync->request;
    answer(r);
}

static void keep(struct p2p *p2p, struct match *match, int world,
                 const struct packet *packet, size_t bytes)
{
    const struct match_header *header = (const struct match_header *)packet;
    struct arrival *a = malloc(sizeof *a + bytes);
    if (!a) {
        log_error("out of memory for a message of %zu bytes from rank %d that "
                  "no receive is posted for", bytes, header->source);
        process_abort(p2p->process, MPI_ERR_NO_MEM,
                      "out of memory for unexpected messages");
    }
    a->entry.source = header->source;
    a->entry.tag = (int)packet->word;
    a->world = world;
    a->packet_bytes = bytes;
    memcpy(a->packet, packet, bytes);
    match_arrive(match, &a->entry);
    arrival_keep(p2p, a);
    counter_add(p2p->counters, COUNTER_UNEXPECTED_MESSAGES, 1);
    if (packet->type != PACKET_RTS)
        counter_add(p2p->counters, COUNTER_COPIED_UNEXPECTED_BYTES,
                    deliver_message_bytes(packet, bytes));
}

void deliver_refuse(struct mpi_comm *comm, int world, uint32_t request,
                    int err)
{
    const struct message m = { .type = datatype_find(MPI_BYTE), .comm = comm };
    struct p2p_request *r = request_create(comm->p2p, &m);
    if (!r)
        return;
    r->world = world;
    r->base.bytes = 0;
    r->peer_request = request;
    r->base.is_cancelled = err == MPI_SUCCESS;
    r->result = err;
    answer(r);
    request_free(&r->base);
}

/* Of another channel than the user's: is it done with already? */
static inline bool is_disposed(struct p2p *p2p, int world,
                               const struct match_header *header)
{
    return (p2p->has_failed_comm ||
            header->context % CHANNELS == CHANNEL_NOTICE) &&
           engine_disposes(p2p, world, header);
}

/* The direct receive's message is one that needs a request. */
static NO_INLINE void become_request(struct p2p *p2p, int world,
                                     const struct packet *packet, size_t bytes)
{
    struct direct_receive *d = &p2p->direct;
    struct p2p_request *r = request_create(p2p, d->message);
    if (!r)
        process_abort(p2p->process, MPI_ERR_NO_MEM,
                      "out of memory for a receive");
    d->state = DIRECT_IS_REQUEST;
    d->request = &r->base;
    deliver_to(r, world, packet, bytes);
}

/* The message of the direct receive. The copy comes last, so that it needs no
 * stack when it is a call. */
static ALWAYS_INLINE void meet_direct(struct p2p *p2p, int world,
                                      const struct packet *packet, size_t bytes)
{
    struct direct_receive *d = &p2p->direct;
    const struct message *m = d->message;
    const size_t received = bytes - sizeof(struct match_header);
    d->envelope = DIRECT_NONE;
    if (UNLIKELY(packet->type != PACKET_EAGER ||
                 received > (uint64_t)m->count * m->type->size)) {
        become_request(p2p, world, packet, bytes);
        return;
    }
    d->state = DIRECT_TAKEN;
    d->bytes = received;
    counter_add(p2p->counters, COUNTER_COPIED_IN_BYTES, received);
    copy((char *)m->buffer + m->type->true_lb,
         (const char *)packet + sizeof(struct match_header), received);
}

/* A message that no direct receive waits for. */
static NO_INLINE void match_message(struct p2p *p2p, int world,
                                    const struct packet *packet, size_t bytes)
{
    const struct match_header *header = (const struct match_header *)packet;
    struct match *match = engine_match(p2p, header->context);
    if (UNLIKELY(!match)) {
        log_error("rank %d of the job sent a message for context %u, which "
                  "cannot exist", world, header->context);
        return;
    }
    struct match_entry *receive =
        match_take_posted(match, header->source, (int)packet->word);
    if (LIKELY(receive != NULL))
        deliver_to(CONTAINER_OF(receive, struct p2p_request, entry), world,
                   packet, bytes);
    else if (header->context % CHANNELS == CHANNEL_USER ||
             LIKELY(!is_disposed(p2p, world, header)))
        keep(p2p, match, world, packet, bytes);
}

/* EAGER, EAGER_SYNC and RTS. */
static void on_message(void *arg, int world, const struct packet *packet,
                       size_t bytes)
{
    struct p2p *p2p = arg;
    const struct match_header *header = (const struct match_header *)packet;
    if (match_envelope(header) == p2p->direct.envelope &&
        packet->word == p2p->direct.tag)
        meet_direct(p2p, world, packet, bytes);
    else
        match_message(p2p, world, packet, bytes);
}

static void on_cts(void *arg, int world, const struct packet *packet,
                   size_t bytes)
{
    (void)arg, (void)bytes;
    const struct cts_header *header = (const struct cts_header *)packet;
    struct p2p_request *r = request_named(packet->word, world);
    if (!r)
        return;
    cancel_withdraw(r);
    if (r->state == SEND_OFFERED || r->state == SEND_GRANTED)
        request_take_grant(r, header);
}

static void on_data(void *arg, int world, const struct packet *packet,
                    size_t bytes)
{
    (void)arg;
    const struct data_header *header = (const struct data_header *)packet;
    const size_t piece = bytes - sizeof *header;
    struct p2p_request *r = request_named(packet->word, world);
    if (!r || r->state != RECV_GRANT || header->offset + piece > r->base.bytes)
        return;
    copy_in(r, header->offset, header + 1, piece,
            COUNTER_COPIED_BOUNCE_BYTES);
    r->move->moved += piece;
}

static void on_done(void *arg, int world, const struct packet *packet,
                    size_t bytes)
{
    (void)arg, (void)bytes;
    struct p2p_request *r = request_named(packet->word, world);
    if (r && r->state == RECV_GRANT)
        request_take_done(r, (const struct done_header *)packet);
}

static void on_fin(void *arg, int world, const struct packet *packet,
                   size_t bytes)
{
    (void)arg, (void)bytes;
    struct p2p_request *r = request_named(packet->word, world);
    if (!r)
        return;
    cancel_withdraw(r);
    if (r->state != SEND_OFFERED)
        return;
    r->base.is_cancelled = packet->flags & FIN_CANCELLED;
    request_end(r, MPI_SUCCESS);
}

void deliver_init(struct p2p *p2p)
{
    p2p->packets.arg = p2p;
    p2p->packets.peer_failed = engine_peer_failed;
    p2p->packets.handler[PACKET_EAGER] = on_message;
    p2p->packets.handler[PACKET_EAGER_SYNC] = on_message;
    p2p->packets.handler[PACKET_RTS] = on_message;
    p2p->packets.handler[PACKET_CTS] = on_cts;
    p2p->packets.handler[PACKET_DATA] = on_data;
    p2p->packets.handler[PACKET_DONE] = on_done;
    p2p->packets.handler[PACKET_FIN] = on_fin;
    p2p->packets.handler[PACKET_CANCEL] = cancel_on_packet;
    p2p->packets.handler[PACKET_HUSH] = unexpected_on_packet;
}
