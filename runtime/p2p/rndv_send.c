/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sender's states: short messages that need a request, the offer of a long
 * one, and its chunks as the receiver grants them.
 */
#define LOG_MODULE "p2p"
#include "runtime/p2p/rndv.h"

#include <string.h>

#include "runtime/base/log.h"

static struct match_header make_match_header(const struct p2p_request *r,
                                             enum packet_type type)
{
    return (struct match_header){
        .packet = { .type = (uint8_t)type, .word = (uint32_t)r->base.tag },
        .context = r->wire_context,
        .source = r->base.comm->rank,
    };
}

enum post rndv_send_eager(struct p2p_request *r, enum turn turn)
{
    const bool is_sync = r->mode == SEND_SYNCHRONOUS;
    const struct eager_sync_header header = {
        .match = make_match_header(r, is_sync ? PACKET_EAGER_SYNC
                                              : PACKET_EAGER),
        .request = request_name(r),
    };
    const struct packet_out out = {
        .header = &header,
        .header_bytes = is_sync ? sizeof header : sizeof header.match,
        .payload = engine_flat(r, 0, r->base.bytes),
        .payload_bytes = r->base.bytes,
    };
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    counter_add(r->p2p->counters, COUNTER_COPIED_OUT_BYTES, r->base.bytes);
    if (is_sync)
        r->state = SEND_OFFERED;
    else
        request_end(r, MPI_SUCCESS);
    return POST_PENDING;
}

/* Let the receiver read the message, if it can be registered. */
static bool make_readable(struct p2p_request *r)
{
    if (!r->ep->can_get || r->p2p->rendezvous == RENDEZVOUS_WRITE)
        return false;
    if (UNLIKELY(!r->type->is_contiguous) &&
        (!rndv_is_direct(r) || !rndv_layout_fits(r, sizeof(struct rts_header))))
        return false;
    if (r->region)
        return true;
    int err = move_register_whole(r, REGION_EXPOSED);
    if (UNLIKELY(err != MPI_SUCCESS) && !r->ep->can_put)
        rndv_warn_of_packets(r, "its buffer cannot be registered", err);
    return err == MPI_SUCCESS;
}

static bool can_write(const struct p2p_request *r)
{
    return r->ep->can_put && r->p2p->rendezvous != RENDEZVOUS_READ &&
           rndv_is_direct(r);
}

enum post rndv_send_rts(struct p2p_request *r, enum turn turn)
{
    struct rts_header header = {
        .match = make_match_header(r, PACKET_RTS),
        .bytes = r->base.bytes,
        .request = request_name(r),
    };
    struct packet_out out = { .header = &header,
                              .header_bytes = sizeof header };
    if (make_readable(r)) {
        header.match.packet.flags = RTS_READABLE;
        header.key = r->region->key;
        header.address = (uint64_t)(uintptr_t)engine_address(r);
    }
    if (can_write(r))
        header.match.packet.flags |= RTS_WRITES;
    if (UNLIKELY(!r->type->is_contiguous)) {
        header.block_count = (uint32_t)r->type->block_count;
        header.address = (uint64_t)(uintptr_t)r->buffer;
        out.payload = r->p2p->scratch;
        if (header.match.packet.flags & RTS_READABLE)
            out.payload_bytes = rndv_write_layout(r);
    }
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    r->state = SEND_OFFERED;
    return POST_PENDING;
}

/*
 * The offer of a contiguous message by the short way, which is open only when
 * nothing waits before it, and may be closed by retaining the region. False:
 * no offer has been posted.
 */
static inline bool offer_shortly(struct p2p_request *r)
{
    enum { REST = sizeof(struct rts_header) - sizeof(struct match_header) };
    struct endpoint *ep = r->ep;
    const struct transport_ops *ops = ep->transport->ops;
    const enum rendezvous rendezvous = r->p2p->rendezvous;
    if (UNLIKELY(!ep->can_get) || UNLIKELY(rendezvous == RENDEZVOUS_WRITE) ||
        UNLIKELY(ops->retain_region(ep, engine_address(r), r->base.bytes,
                                    REGION_EXPOSED, &r->region) !=
                 MPI_SUCCESS) ||
        UNLIKELY(ep->short_limit <= REST))
        return false;
    struct match_header match = make_match_header(r, PACKET_RTS);
    match.packet.flags = ep->can_put && rendezvous == RENDEZVOUS_AUTO
                             ? RTS_READABLE | RTS_WRITES : RTS_READABLE;
    uint64_t words[2];
    memcpy(words, &match, sizeof words);
    struct rts_header header; /* from address on, which is the rest */
    header.address = (uint64_t)(uintptr_t)engine_address(r);
    header.key = r->region->key;
    header.bytes = r->base.bytes;
    header.request = request_name(r);
    header.block_count = 0;
    r->state = SEND_OFFERED;
    ep->send_short(ep, words[0], words[1], &header.address, REST);
    return true;
}

void request_offer(struct p2p_request *r)
{
    if (UNLIKELY(!offer_shortly(r)))
        request_advance(r);
}

void request_take_grant(struct p2p_request *r, const struct cts_header *header)
{
    if (r->state == SEND_OFFERED) {
        r->peer_request = header->request;
        r->base.bytes = header->total;
        r->state = SEND_GRANTED;
        move_create(r);
    }
    struct chunk *c = move_append(r, header->offset, header->bytes);
    if (!c) {
        log_error("rank %d of the job grants too much", r->world);
        return;
    }
    c->slot = header->slot;
    c->is_by_packets = !(header->packet.flags & CTS_WRITABLE);
    const struct layout remote =
        layout_read((const struct layout_wire *)(header + 1), header->address,
                    header->block_count, r->move->blocks);
    move_set_remote(c, &remote, remote.blocks ? c->offset : 0, header->key);
    if (!r->move->is_waiting)
        request_advance(r);
}

/* Copy the next bytes of a chunk into the transport. */
static enum post send_data(struct p2p_request *r, struct chunk *c,
                           enum turn turn)
{
    const struct data_header header = {
        .packet = { .type = PACKET_DATA, .word = r->peer_request },
        .offset = c->offset + c->posted,
    };
    size_t piece = r->ep->transport->max_packet_bytes - sizeof header;
    if (piece > c->bytes - c->posted)
        piece = c->bytes - c->posted;
    const struct packet_out out = {
        .header = &header,
        .header_bytes = sizeof header,
        .payload = engine_flat(r, header.offset, piece),
        .payload_bytes = piece,
    };
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    counter_add(r->p2p->counters, COUNTER_COPIED_BOUNCE_BYTES, piece);
    c->posted += piece;
    return POST_DONE;
}

/* No device moves this chunk: it goes by packets, from its beginning on. */
static void give_up(struct p2p_request *r, struct chunk *c, const char *why,
                    int err)
{
    rndv_warn_of_packets(r, why, err);
    c->is_by_packets = true;
    c->posted = 0;
}

/* Post what can be of a chunk; POST_DONE: all of it. */
static enum post send_chunk(struct p2p_request *r, struct chunk *c,
                            enum turn turn)
{
    if (c->has_failed && !c->is_by_packets) {
        if (c->pieces > 0)
            return POST_PENDING;
        give_up(r, c, "it cannot be written to the receiver", r->move->err);
    }
    if (!c->is_by_packets) {
        int err = move_register(r, c, REGION_LOCAL);
        if (UNLIKELY(err != MPI_SUCCESS))
            give_up(r, c, "its buffer cannot be registered", err);
    }
    while (c->is_by_packets) {
        if (c->posted == c->bytes)
            return POST_DONE;
        enum post post = send_data(r, c, turn);
        if (post != POST_DONE)
            return post;
    }
    enum post post = move_post(r, c, r->ep->transport->ops->put);
    if (UNLIKELY(post == POST_FAILED)) {
        c->has_failed = true;
        r->move->err = r->ep->error;
        return send_chunk(r, c, turn);
    }
    return post;
}

static enum post send_done(struct p2p_request *r, struct chunk *c,
                           enum turn turn)
{
    const struct done_header header = {
        .packet = { .type = PACKET_DONE, .word = r->peer_request },
        .bytes = c->is_by_packets ? 0 : c->bytes,
        .slot = c->slot,
    };
    const struct packet_out out = { .header = &header,
                                    .header_bytes = sizeof header };
    return post_packet(r, turn, &out);
}

/* The oldest chunk has gone: tell the receiver. */
static enum post finish_chunk(struct p2p_request *r, enum turn turn)
{
    struct move *m = r->move;
    struct chunk *c = move_chunk(m, 0);
    enum post post = send_done(r, c, turn);
    if (post != POST_DONE)
        return post;
    move_release(r, c);
    m->moved += c->bytes;
    m->first++;
    m->count--;
    return POST_DONE;
}

enum post rndv_send_granted(struct p2p_request *r, enum turn turn)
{
    struct move *m = r->move;
    enum post post = POST_DONE;
    for (unsigned i = 0; i < m->count && post == POST_DONE; i++)
        post = send_chunk(r, move_chunk(m, i), turn);
    if (post == POST_BUSY || post == POST_FAILED)
        return post;
    while (m->count > 0 && chunk_is_over(move_chunk(m, 0))) {
        post = finish_chunk(r, turn);
        if (post != POST_DONE)
            return post;
    }
    if (m->moved == r->base.bytes)
        request_end(r, MPI_SUCCESS);
    return POST_PENDING;
}
