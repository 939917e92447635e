/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The states of a message that needs a request, for both sides, and the one
 * loop that drives them (pictures in wire.h, names in engine.h).
 *
 * An action tries what its state asks for. POST_DONE: the state has changed,
 * go on at once. POST_PENDING: a packet or a completion will go on, or the
 * request has ended and may be gone. POST_BUSY: nothing happened.
 */
#define LOG_MODULE "p2p"
#include "runtime/p2p/engine.h"

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"

/* Whether an action may overtake the endpoint's backlog: only when it is the
 * backlog's first entry itself. */
enum turn { TURN_NEW, TURN_FIRST };

static enum post post_packet(struct p2p_request *r, enum turn turn,
                             const struct packet_out *out)
{
    if (turn == TURN_FIRST)
        return r->ep->transport->ops->send(r->ep, out);
    return endpoint_send(r->ep, out);
}

static struct match_header make_match_header(const struct p2p_request *r,
                                             enum packet_type type)
{
    return (struct match_header){
        .packet = { .type = (uint8_t)type, .word = (uint32_t)r->base.tag },
        .context = r->wire_context,
        .source = r->base.comm->rank,
    };
}

static uint32_t request_name(const struct p2p_request *r)
{
    return (uint32_t)r->base.object.handle;
}

static enum post send_eager(struct p2p_request *r, enum turn turn)
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
        .payload = engine_flat(r, 0, r->bytes),
        .payload_bytes = r->bytes,
    };
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    counter_add(r->p2p->counters, COUNTER_COPIED_OUT_BYTES, r->bytes);
    if (is_sync)
        r->state = SEND_OFFERED;
    else
        request_end(r, MPI_SUCCESS);
    return POST_PENDING;
}

/* Once: a large message has to be copied, and why. */
static COLD void warn_of_packets(const struct p2p_request *r, const char *why,
                                 int err)
{
    const char *sentence = error_sentence(err);
    if (!r->p2p->has_warned_of_packets)
        log_warn("a message of %llu bytes goes by copies, for %s%s%s",
                 (unsigned long long)r->bytes, why, sentence ? ": " : "",
                 sentence ? sentence : "");
    r->p2p->has_warned_of_packets = true;
}

static bool is_direct(const struct p2p_request *r)
{
    return layout_is_direct(r->type, settings.scatter_bytes);
}

/* The layout of r's buffer as it follows a header; 0 bytes: it is one run. */
static size_t write_layout(struct p2p_request *r)
{
    const struct layout layout = layout_of(r->type, r->buffer);
    return layout.blocks ? layout_write(&layout, r->p2p->scratch) : 0;
}

static bool layout_fits(const struct p2p_request *r, size_t header_bytes)
{
    return layout_can_travel(r->type) &&
           header_bytes + sizeof(struct layout_wire) +
                   r->type->block_count * sizeof(struct datatype_block) <=
               r->ep->transport->max_packet_bytes;
}

/* ---- the sender ---- */

/* Let the receiver read the message, if it can be registered. */
static bool make_readable(struct p2p_request *r)
{
    if (!r->ep->can_get || r->p2p->rendezvous == RENDEZVOUS_WRITE ||
        !is_direct(r) || !layout_fits(r, sizeof(struct rts_header)))
        return false;
    if (r->region)
        return true;
    int err = move_register_whole(r, REGION_EXPOSED);
    if (UNLIKELY(err != MPI_SUCCESS) && !r->ep->can_put)
        warn_of_packets(r, "its buffer cannot be registered", err);
    return err == MPI_SUCCESS;
}

static bool can_write(const struct p2p_request *r)
{
    return r->ep->can_put && r->p2p->rendezvous != RENDEZVOUS_READ &&
           is_direct(r);
}

static enum post send_rts(struct p2p_request *r, enum turn turn)
{
    struct rts_header header = {
        .match = make_match_header(r, PACKET_RTS),
        .bytes = r->bytes,
        .request = request_name(r),
    };
    struct packet_out out = { .header = &header,
                              .header_bytes = sizeof header };
    if (make_readable(r)) {
        header.match.packet.flags = RTS_READABLE;
        header.key = r->region->key;
        header.address = layout_of(r->type, r->buffer).address;
        out.payload_bytes = write_layout(r);
        out.payload = r->p2p->scratch;
    }
    if (can_write(r))
        header.match.packet.flags |= RTS_WRITES;
    if (!r->type->is_contiguous)
        header.block_count = (uint32_t)r->type->block_count;
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    r->state = SEND_OFFERED;
    return POST_PENDING;
}

void request_take_grant(struct p2p_request *r, const struct cts_header *header)
{
    if (r->state == SEND_OFFERED) {
        r->peer_request = header->request;
        r->bytes = header->total;
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
    warn_of_packets(r, why, err);
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
    r->moved += c->bytes;
    m->first++;
    m->count--;
    return POST_DONE;
}

static enum post send_granted(struct p2p_request *r, enum turn turn)
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
    if (r->moved == r->bytes)
        request_end(r, MPI_SUCCESS);
    return POST_PENDING;
}

/* ---- the receiver ---- */

/* Shall the sender write the message? Only it can, or that takes fewer
 * requests: it gathers from its blocks where this side would read each. */
static bool wants_write(const struct p2p_request *r,
                        const struct rts_header *header)
{
    const unsigned flags = header->match.packet.flags;
    if (!(flags & RTS_WRITES) || r->p2p->rendezvous == RENDEZVOUS_READ ||
        !is_direct(r) || !layout_fits(r, sizeof(struct cts_header)))
        return false;
    if (!(flags & RTS_READABLE) || !r->ep->can_get ||
        r->p2p->rendezvous == RENDEZVOUS_WRITE)
        return true;
    return header->block_count > 0 && r->type->is_contiguous;
}

void request_take_offer(struct p2p_request *r, const struct rts_header *header)
{
    if (r->bytes == 0) {
        r->state = RECV_FIN;
        request_advance(r);
        return;
    }
    move_create(r);
    struct move *m = r->move;
    const bool is_readable = header->match.packet.flags & RTS_READABLE;
    if (wants_write(r, header)) {
        r->state = RECV_GRANT;
    } else if (is_readable && r->ep->can_get && is_direct(r)) {
        m->remote = layout_read((const struct layout_wire *)(header + 1),
                                header->address, header->block_count,
                                m->blocks);
        m->remote_key = header->key;
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
    if (m->planned == r->bytes)
        return NULL;
    struct chunk *c = move_append(r, m->planned, move_cut(r, m->planned));
    if (!c)
        return NULL;
    int err = move_register(r, c, REGION_LOCAL);
    if (UNLIKELY(err != MPI_SUCCESS)) {
        m->count--;
        if (m->count == 0) /* else there will be room when those are over */
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
    warn_of_packets(r, "it cannot be read from the sender", r->move->err);
    move_destroy(r);
    move_create(r);
    r->move->is_by_packets = true;
    r->state = RECV_GRANT;
}

static enum post recv_read(struct p2p_request *r, enum turn turn)
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

static enum post recv_fin(struct p2p_request *r, enum turn turn)
{
    const struct packet header = { .type = PACKET_FIN,
                                   .word = r->peer_request };
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
        .total = r->bytes,
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
        out.payload_bytes = write_layout(r);
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
    c->bytes = m->is_by_packets ? r->bytes - m->planned
                                : move_cut(r, m->planned);
    if (m->is_by_packets)
        return true;
    int err = move_register(r, c, REGION_TARGET);
    if (LIKELY(err == MPI_SUCCESS))
        return true;
    if (m->count > 0)
        return false; /* there will be room when a chunk has come */
    warn_of_packets(r, "its buffer cannot be registered", err);
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

static enum post recv_grant(struct p2p_request *r, enum turn turn)
{
    struct move *m = r->move;
    struct chunk *c;
    while (m->planned < r->bytes && (c = free_slot(m)) != NULL &&
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
    r->moved += header->bytes;
    if (r->moved == r->bytes)
        request_end(r, r->result);
    else if (!m->is_waiting)
        request_advance(r);
}

/* ---- the driver ---- */

static enum post (*const actions[STATE_COUNT])(struct p2p_request *,
                                               enum turn) = {
    [SEND_EAGER] = send_eager, [SEND_RTS] = send_rts,
    [SEND_GRANTED] = send_granted, [RECV_READ] = recv_read,
    [RECV_FIN] = recv_fin, [RECV_GRANT] = recv_grant,
};

void request_abort(struct p2p_request *r, int err)
{
    if (r->move && r->move->pieces > 0) {
        r->move->is_waiting = false;
        r->move->is_aborted = true;
        r->move->err = err;
    } else {
        request_end(r, err);
    }
}

static enum post drive(struct p2p_request *r, enum turn turn)
{
    if (UNLIKELY(r->move != NULL) && UNLIKELY(r->move->is_aborted)) {
        request_abort(r, r->move->err);
        return POST_PENDING;
    }
    enum post post;
    do
        post = actions[r->state](r, turn);
    while (post == POST_DONE);
    if (post == POST_FAILED) {
        request_abort(r, r->ep->error);
        return POST_PENDING;
    }
    return post;
}

static enum post retry(struct backlog_entry *entry, struct endpoint *ep)
{
    (void)ep;
    struct p2p_request *r = CONTAINER_OF(entry, struct p2p_request, backlog);
    if (r->move)
        r->move->is_waiting = false;
    enum post post = drive(r, TURN_FIRST);
    if (post == POST_BUSY && r->move)
        r->move->is_waiting = true;
    return post;
}

void request_advance(struct p2p_request *r)
{
    if (drive(r, TURN_NEW) != POST_BUSY)
        return;
    if (r->move)
        r->move->is_waiting = true;
    r->backlog.retry = retry;
    backlog_add(transports_backlog(r->p2p->transports), r->ep, &r->backlog);
}
