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

/* Register the buffer unless it is already, or cannot be: false then. */
static bool make_readable(struct p2p_request *r, uint64_t bytes,
                          enum region_use use)
{
    struct transport *t = r->ep->transport;
    if (r->region)
        return true;
    if (!r->ep->can_get || !r->type->is_contiguous)
        return false;
    int err = t->ops->retain_region(t, engine_address(r), bytes, use,
                                    &r->region);
    if (LIKELY(err == MPI_SUCCESS))
        return true;
    warn_of_packets(r, "its buffer cannot be registered", err);
    return false;
}

static enum post send_rts(struct p2p_request *r, enum turn turn)
{
    struct rts_header header = {
        .match = make_match_header(r, PACKET_RTS),
        .bytes = r->bytes,
        .request = request_name(r),
    };
    if (make_readable(r, r->bytes, REGION_EXPOSED)) {
        header.match.packet.flags = RTS_READABLE;
        header.address = (uint64_t)(uintptr_t)engine_address(r);
        header.key = r->region->key;
    }
    const struct packet_out out = { .header = &header,
                                    .header_bytes = sizeof header };
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    r->state = SEND_OFFERED;
    return POST_PENDING;
}

/* One piece; stays in SEND_DATA until all have gone. */
static enum post send_data(struct p2p_request *r, enum turn turn)
{
    const struct data_header header = {
        .packet = { .type = PACKET_DATA, .word = r->peer_request },
        .offset = r->moved,
    };
    size_t piece = r->ep->transport->max_packet_bytes - sizeof header;
    if (piece > r->bytes - r->moved)
        piece = r->bytes - r->moved;
    const struct packet_out out = {
        .header = &header,
        .header_bytes = sizeof header,
        .payload = engine_flat(r, r->moved, piece),
        .payload_bytes = piece,
    };
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    counter_add(r->p2p->counters, COUNTER_COPIED_BOUNCE_BYTES, piece);
    r->moved += piece;
    if (r->moved < r->bytes)
        return POST_DONE;
    request_end(r, MPI_SUCCESS);
    return POST_PENDING;
}

/* The receiver may take its region off before FIN goes out. */
static void drop_region(struct p2p_request *r)
{
    struct transport *t = r->ep->transport;
    t->ops->release_region(t, r->region);
    r->region = NULL;
}

/* The read has ended. What it could not bring is asked for in packets, unless
 * the whole connection is gone: then asking fails. */
static void finish_read(struct p2p_request *r, int err)
{
    drop_region(r);
    r->state = err == MPI_SUCCESS ? RECV_FIN : RECV_CTS;
    if (err != MPI_SUCCESS)
        warn_of_packets(r, "it cannot be read from the sender", err);
}

static void read_done(struct completion *c, int err)
{
    struct p2p_request *r = CONTAINER_OF(c, struct p2p_request, completion);
    finish_read(r, err);
    request_advance(r);
}

static enum post recv_read(struct p2p_request *r, enum turn turn)
{
    (void)turn; /* reads have no order relative to packets */
    if (!make_readable(r, r->bytes, REGION_LOCAL)) {
        r->state = RECV_CTS;
        return POST_DONE;
    }
    r->completion.done = read_done;
    const struct slice slice = { engine_address(r), r->bytes };
    const struct transfer get = {
        .slices = &slice,
        .slice_count = 1,
        .region = r->region,
        .remote_address = r->remote_address,
        .remote_key = r->remote_key,
        .bytes = r->bytes,
        .completion = &r->completion,
    };
    enum post post = r->ep->transport->ops->get(r->ep, &get);
    if (post == POST_BUSY)
        return post;
    if (post == POST_PENDING) {
        r->state = RECV_READING;
        return post;
    }
    finish_read(r, post == POST_FAILED ? r->ep->error : MPI_SUCCESS);
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

static enum post recv_cts(struct p2p_request *r, enum turn turn)
{
    const struct cts_header header = {
        .packet = { .type = PACKET_CTS, .word = r->peer_request },
        .bytes = r->bytes,
        .request = request_name(r),
    };
    const struct packet_out out = { .header = &header,
                                    .header_bytes = sizeof header };
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    r->state = RECV_DATA;
    return POST_PENDING;
}

static enum post (*const actions[STATE_COUNT])(struct p2p_request *,
                                               enum turn) = {
    [SEND_EAGER] = send_eager, [SEND_RTS] = send_rts, [SEND_DATA] = send_data,
    [RECV_READ] = recv_read,   [RECV_FIN] = recv_fin, [RECV_CTS] = recv_cts,
};

static enum post drive(struct p2p_request *r, enum turn turn)
{
    enum post post;
    do
        post = actions[r->state](r, turn);
    while (post == POST_DONE);
    if (post == POST_FAILED) {
        request_end(r, r->ep->error);
        return POST_PENDING;
    }
    return post;
}

static enum post retry(struct backlog_entry *entry, struct endpoint *ep)
{
    (void)ep;
    return drive(CONTAINER_OF(entry, struct p2p_request, backlog), TURN_FIRST);
}

void request_advance(struct p2p_request *r)
{
    if (drive(r, TURN_NEW) != POST_BUSY)
        return;
    r->backlog.retry = retry;
    backlog_add(transports_backlog(r->p2p->transports), r->ep, &r->backlog);
}
