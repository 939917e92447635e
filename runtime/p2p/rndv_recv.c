/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The receiver's states: it chooses how an offered message is moved, reads it
 * chunk by chunk, or grants the chunks to the sender.
 */
#define LOG_MODULE "p2p"
#include "runtime/p2p/rndv.h"

/* Shall the sender write the message? Only it can; or that takes fewer
 * requests: it gathers from its blocks where this side would read each; or this
 * side is busy reading. */
static bool wants_write(const struct p2p_request *r,
                        const struct rts_header *header)
{
    const unsigned flags = header->match.packet.flags;
    if (!(flags & RTS_WRITES) || r->p2p->rendezvous == RENDEZVOUS_READ ||
        !rndv_is_direct(r) || !rndv_layout_fits(r, sizeof(struct cts_header)))
        return false;
    if (!(flags & RTS_READABLE) || !r->ep->can_get ||
        r->p2p->rendezvous == RENDEZVOUS_WRITE)
        return true;
    return (header->block_count > 0 || r->ep->lead > 0) &&
           r->type->is_contiguous;
}

/* Where the sender's processor has nothing to do while this one reads, each side
 * moves half of several messages under way: the next goes by the side that has
 * fewer bytes to move. */
static void take_part(struct p2p_request *r, bool is_read)
{
    if (!r->ep->shares_moves)
        return;
    const int64_t bytes = (int64_t)r->base.bytes;
    r->move->lead = is_read ? bytes : -bytes;
    r->ep->lead += r->move->lead;
}

void request_take_offer(struct p2p_request *r, const struct rts_header *header)
{
    if (r->base.bytes == 0) {
        r->state = RECV_FIN;
        request_advance(r);
        return;
    }
    move_create(r);
    struct move *m = r->move;
    const bool is_readable = header->match.packet.flags & RTS_READABLE;
    if (wants_write(r, header)) {
        take_part(r, false);
        r->state = RECV_GRANT;
    } else if (is_readable && r->ep->can_get && rndv_is_direct(r)) {
        m->remote = layout_read((const struct layout_wire *)(header + 1),
                                header->address, header->block_count,
                                m->blocks);
        m->remote_key = header->key;
        take_part(r, true);
        r->state = RECV_READ;
    } else {
        m->is_by_packets = true;
        r->state = RECV_GRANT;
    }
    request_advance(r);
}

/* The chunk whose pieces are to be posted next, registered; NULL: none now. */
static struct chunk *chunk_to_read(struct p2p_request *r)
{
    struct move *m = r->move;
    while (m->count > 0 && chunk_is_over(move_chunk(m, 0))) {
        move_release(r, move_chunk(m, 0));
        m->first++;
        m->count--;
    }
    if (m->count > 0) {
        struct chunk *last = move_chunk(m, m->count - 1);
        if (last->posted < last->bytes)
            return last;
    }
    if (m->planned == r->base.bytes)
        return NULL;
    struct chunk *c = move_append(r, m->planned, move_cut(r, m->planned));
    if (!c)
        return NULL;
    int err = move_register(r, c, REGION_LOCAL);
    if (UNLIKELY(err != MPI_SUCCESS)) {
        m->count--;
        if (m->count > 0)
            return NULL; /* there will be room when those are over */
        rndv_warn_of_packets(r, "its buffer cannot be registered", err);
        m->err = err;
        return NULL;
    }
    m->planned += c->bytes;
    move_set_remote(c, &m->remote, c->offset, m->remote_key);
    return c;
}

static enum post read_on(struct p2p_request *r)
{
    struct move *m = r->move;
    struct chunk *c;
    while (m->err == MPI_SUCCESS && (c = chunk_to_read(r)) != NULL) {
        enum post post = move_post(r, c, r->ep->transport->ops->get);
        if (post == POST_BUSY || post == POST_PENDING)
            return post;
        if (post == POST_FAILED)
            m->err = r->ep->error;
    }
    return POST_PENDING;
}

/* What cannot be read is asked for in packets, unless the whole connection is
 * gone: then asking fails. */
static void ask_for_packets(struct p2p_request *r)
{
    rndv_warn_of_packets(r, "it cannot be read from the sender", r->move->err);
    move_destroy(r);
    move_create(r);
    r->move->is_by_packets = true;
    r->state = RECV_GRANT;
}

enum post rndv_recv_read(struct p2p_request *r, enum turn turn)
{
    (void)turn; /* reads have no order relative to packets */
    struct move *m = r->move;
    if (read_on(r) == POST_BUSY)
        return POST_BUSY;
    if (m->pieces > 0)
        return POST_PENDING;
    if (m->err != MPI_SUCCESS) {
        ask_for_packets(r);
        return POST_DONE;
    }
    move_destroy(r); /* whoever waits for FIN may use the memory again */
    r->state = RECV_FIN;
    return POST_DONE;
}

enum post rndv_recv_fin(struct p2p_request *r, enum turn turn)
{
    const struct packet header = {
        .type = PACKET_FIN,
        .flags = r->base.is_cancelled ? FIN_CANCELLED : 0,
        .word = r->peer_request,
    };
    const struct packet_out out = { .header = &header,
                                    .header_bytes = sizeof header };
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    request_end(r, r->result);
    return POST_PENDING;
}

/* Let the sender have a chunk. */
static enum post send_cts(struct p2p_request *r, const struct chunk *c,
                          enum turn turn)
{
    struct cts_header header = {
        .packet = { .type = PACKET_CTS, .word = r->peer_request },
        .total = r->base.bytes,
        .offset = c->offset,
        .bytes = c->bytes,
        .request = request_name(r),
        .slot = c->slot,
    };
    struct packet_out out = { .header = &header,
                              .header_bytes = sizeof header };
    if (!r->move->is_by_packets) {
        const struct region *region = c->region ? c->region : r->region;
        header.packet.flags = CTS_WRITABLE;
        header.key = region->key;
        header.address = r->move->local.address;
        if (r->type->is_contiguous)
            header.address += c->offset;
        else
            header.block_count = (uint16_t)r->type->block_count;
        out.payload_bytes = rndv_write_layout(r);
        out.payload = r->p2p->scratch;
    }
    return post_packet(r, turn, &out);
}

/* Make the next chunk ready to be granted; false: not now. */
static bool prepare(struct p2p_request *r, struct chunk *c)
{
    struct move *m = r->move;
    c->offset = m->planned;
    c->slot = (uint16_t)(c - m->chunks);
    c->bytes = m->is_by_packets ? r->base.bytes - m->planned
                                : move_cut(r, m->planned);
    if (m->is_by_packets)
        return true;
    int err = move_register(r, c, REGION_TARGET);
    if (LIKELY(err == MPI_SUCCESS))
        return true;
    if (m->count > 0)
        return false; /* there will be room when a chunk has come */
    rndv_warn_of_packets(r, "its buffer cannot be registered", err);
    m->is_by_packets = true;
    return prepare(r, c);
}

static struct chunk *free_slot(struct move *m)
{
    for (int i = 0; i < MOVE_CHUNKS; i++)
        if (!m->chunks[i].is_granted)
            return &m->chunks[i];
    return NULL;
}

enum post rndv_recv_grant(struct p2p_request *r, enum turn turn)
{
    struct move *m = r->move;
    struct chunk *c;
    while (m->planned < r->base.bytes && (c = free_slot(m)) != NULL &&
           prepare(r, c)) {
        enum post post = send_cts(r, c, turn);
        if (post != POST_DONE)
            return post;
        c->is_granted = true;
        m->count++;
        m->planned += c->bytes;
    }
    return POST_PENDING;
}

void request_take_done(struct p2p_request *r, const struct done_header *header)
{
    struct move *m = r->move;
    if (header->slot >= MOVE_CHUNKS || !m->chunks[header->slot].is_granted)
        return;
    struct chunk *c = &m->chunks[header->slot];
    move_release(r, c);
    c->is_granted = false;
    m->count--;
    m->moved += header->bytes;
    if (m->moved == r->base.bytes)
        request_end(r, r->result);
    else if (!m->is_waiting)
        request_advance(r);
}
