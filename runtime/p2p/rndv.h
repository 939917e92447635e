/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the rendezvous share: the actions of the states, and what
 * both sides do. rndv.c drives, rndv_send.c and rndv_recv.c are its two sides.
 */
#ifndef P2P_RNDV_H
#define P2P_RNDV_H

#include "runtime/p2p/engine.h"

/* Whether an action may overtake the endpoint's backlog: only when it is the
 * backlog's first entry itself. */
enum turn { TURN_NEW, TURN_FIRST };

static inline enum post post_packet(struct p2p_request *r, enum turn turn,
                             const struct packet_out *out)
{
    if (turn == TURN_FIRST)
        return r->ep->transport->ops->send(r->ep, out);
    return endpoint_send(r->ep, out);
}

static inline uint32_t request_name(const struct p2p_request *r)
{
    return (uint32_t)r->base.object.handle;
}

/* Can a device move r's buffer in place? */
static inline bool rndv_is_direct(const struct p2p_request *r)
{
    return layout_is_direct(r->type, r->ep->transport->scatter_bytes);
}

/* Once: a large message has to be copied, and why. */
void rndv_warn_of_packets(const struct p2p_request *r, const char *why,
                          int err) COLD;

/* The layout of r's buffer as it follows a header, in p2p.scratch; its bytes,
 * 0: the buffer is one run. */
size_t rndv_write_layout(struct p2p_request *r);

/* Is there room for it in a packet? */
bool rndv_layout_fits(const struct p2p_request *r, size_t header_bytes);

/*
 * The actions. One tries what its state asks for. POST_DONE: the state has
 * changed, go on at once. POST_PENDING: a packet or a completion will go on, or
 * the request has ended and may be gone. POST_BUSY: nothing happened.
 */
enum post rndv_send_eager(struct p2p_request *r, enum turn turn);
enum post rndv_send_rts(struct p2p_request *r, enum turn turn);
enum post rndv_send_cancel(struct p2p_request *r, enum turn turn);
enum post rndv_send_hush(struct p2p_request *r, enum turn turn);
enum post rndv_send_granted(struct p2p_request *r, enum turn turn);
enum post rndv_recv_read(struct p2p_request *r, enum turn turn);
enum post rndv_recv_fin(struct p2p_request *r, enum turn turn);
enum post rndv_recv_grant(struct p2p_request *r, enum turn turn);

#endif
