/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starting sends. A small contiguous standard send that the transport takes at
 * once needs no request; everything else becomes one and goes through the
 * states of rndv.h.
 */
#include "runtime/p2p/engine.h"

/* Has the peer enough messages that it did not ask for? */
static bool is_hushed(const struct p2p_request *r, enum channel channel)
{
    return UNLIKELY(r->p2p->hushed != NULL) && r->p2p->hushed[r->world] &&
           channel == CHANNEL_USER;
}

static void choose_protocol(struct p2p_request *r, enum channel channel)
{
    struct transport *t = r->ep->transport;
    r->state = r->bytes <= t->eager_bytes ? SEND_EAGER : SEND_RTS;
    if (is_hushed(r, channel)) {
        if (r->bytes > sizeof(struct rts_header))
            r->state = SEND_RTS;
        r->mode = SEND_SYNCHRONOUS;
    }
    counter_add(r->p2p->counters,
                r->state == SEND_EAGER ? COUNTER_EAGER_MESSAGES
                                       : COUNTER_RENDEZVOUS_MESSAGES, 1);
}

/* A request for what send_now did not take. */
static int start_request(const struct message *m, struct mpi_request **out)
{
    struct p2p *p2p = m->comm->p2p;
    const int world = m->comm->worlds[m->peer];
    struct endpoint *ep;
    int err = engine_endpoint(p2p, world, &ep);
    if (err != MPI_SUCCESS)
        return err;
    struct p2p_request *r = request_create(p2p, m);
    if (!r)
        return MPI_ERR_NO_MEM;
    *out = &r->base;
    r->world = world;
    r->ep = ep;
    r->bytes = r->capacity;
    r->wire_context = wire_context(m->comm->context, m->channel);
    choose_protocol(r, m->channel);
    request_advance(r);
    return MPI_SUCCESS;
}

/*
 * Send m by copy right now. POST_BUSY when it is not small, contiguous and
 * standard, or the transport is full; then, and after POST_FAILED, a request
 * must be made.
 */
static inline enum post send_now(const struct message *m, struct endpoint *ep)
{
    const uint64_t bytes = (uint64_t)m->count * m->type->size;
    if (!m->type->is_contiguous || m->mode != SEND_STANDARD ||
        bytes > ep->transport->eager_bytes)
        return POST_BUSY;
    const struct match_header header = {
        .packet = { .type = PACKET_EAGER, .word = (uint32_t)m->tag },
        .context = wire_context(m->comm->context, m->channel),
        .source = m->comm->rank,
    };
    const struct packet_out out = {
        .header = &header,
        .header_bytes = sizeof header,
        .payload = (const char *)m->buffer + m->type->true_lb,
        .payload_bytes = bytes,
    };
    enum post post = endpoint_send(ep, &out);
    if (LIKELY(post == POST_DONE)) {
        struct counters *counters = m->comm->p2p->counters;
        counter_add(counters, COUNTER_EAGER_MESSAGES, 1);
        counter_add(counters, COUNTER_COPIED_OUT_BYTES, bytes);
    }
    return post;
}

/* send_now for a peer that may be nobody, or out of reach. */
static inline enum post try_now(const struct message *m)
{
    if (UNLIKELY(m->peer == MPI_PROC_NULL))
        return POST_DONE;
    struct endpoint *ep = m->comm->p2p->endpoints[m->comm->worlds[m->peer]];
    return LIKELY(ep != NULL) ? send_now(m, ep) : POST_BUSY;
}

int p2p_send_start(const struct message *m, struct mpi_request **out)
{
    if (LIKELY(try_now(m) == POST_DONE)) {
        *out = &request_done;
        return MPI_SUCCESS;
    }
    return start_request(m, out);
}

int p2p_send(const struct message *m)
{
    if (LIKELY(try_now(m) == POST_DONE))
        return MPI_SUCCESS;
    struct mpi_request *r;
    int err = start_request(m, &r);
    return err == MPI_SUCCESS ? request_wait(r, MPI_STATUS_IGNORE) : err;
}
