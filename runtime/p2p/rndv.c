/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The states of a message that needs a request: the one loop that drives both
 * sides (pictures in wire.h, names in engine.h), and what they share.
 */
#define LOG_MODULE "p2p"
#include "runtime/p2p/rndv.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"

void rndv_warn_of_packets(const struct p2p_request *r, const char *why,
                          int err)
{
    const char *sentence = error_sentence(err);
    if (!r->p2p->has_warned_of_packets)
        log_warn("a message of %llu bytes goes by copies, for %s%s%s",
                 (unsigned long long)r->base.bytes, why, sentence ? ": " : "",
                 sentence ? sentence : "");
    r->p2p->has_warned_of_packets = true;
}

size_t rndv_write_layout(struct p2p_request *r)
{
    const struct layout layout = layout_of(r->type, r->buffer);
    r->p2p->packed.request = NULL;
    return layout.blocks ? layout_write(&layout, r->p2p->scratch) : 0;
}

bool rndv_layout_fits(const struct p2p_request *r, size_t header_bytes)
{
    return layout_can_travel(r->type) &&
           header_bytes + sizeof(struct layout_wire) +
                   r->type->block_count * sizeof(struct datatype_block) <=
               r->ep->transport->max_packet_bytes;
}

static enum post (*const actions[STATE_COUNT])(struct p2p_request *,
                                               enum turn) = {
    [SEND_EAGER] = rndv_send_eager, [SEND_RTS] = rndv_send_rts,
    [SEND_CANCEL] = rndv_send_cancel, [SEND_HUSH] = rndv_send_hush,
    [SEND_GRANTED] = rndv_send_granted, [RECV_READ] = rndv_recv_read,
    [RECV_FIN] = rndv_recv_fin, [RECV_GRANT] = rndv_recv_grant,
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
