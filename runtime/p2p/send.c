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
    r->state = r->base.bytes <= t->eager_bytes ? SEND_EAGER : SEND_RTS;
    if (is_hushed(r, channel)) {
        if (r->base.bytes > sizeof(struct rts_header))
            r->state = SEND_RTS;
        r->mode = SEND_SYNCHRONOUS;
    }
    counter_add(r->p2p->counters,
                r->state == SEND_EAGER ? COUNTER_EAGER_MESSAGES
                                       : COUNTER_RENDEZVOUS_MESSAGES, 1);
}

/* A request for m, by way of ep, without a protocol yet. */
static inline struct p2p_request *make_request(const struct message *m,
                                               struct endpoint *ep)
{
    struct p2p_request *r = request_create(m->comm->p2p, m);
    if (UNLIKELY(!r))
        return NULL;
    r->world = m->comm->worlds[m->peer];
    r->ep = ep;
    r->base.bytes = r->capacity;
    r->wire_context = wire_context(m->comm->context, m->channel);
    return r;
}

/* A request for what send_now did not take. */
static int start_request(const struct message *m, struct mpi_request **out)
{
    struct endpoint *ep;
    int err = engine_endpoint(m->comm->p2p, m->comm->worlds[m->peer], &ep);
    if (err != MPI_SUCCESS)
        return err;
    struct p2p_request *r = make_request(m, ep);
    if (!r)
        return MPI_ERR_NO_MEM;
    *out = &r->base;
    choose_protocol(r, m->channel);
    request_advance(r);
    return MPI_SUCCESS;
}

/* The same for a long message that is contiguous and standard, to a peer that
 * has asked for nothing else. */
static NO_INLINE int start_long(const struct message *m, struct endpoint *ep,
                                struct mpi_request **out)
{
    struct p2p_request *r = make_request(m, ep);
    if (UNLIKELY(!r))
        return MPI_ERR_NO_MEM;
    *out = &r->base;
    r->state = SEND_RTS;
    counter_add(r->p2p->counters, COUNTER_RENDEZVOUS_MESSAGES, 1);
    request_offer(r);
    return MPI_SUCCESS;
}

/* Send m, small, contiguous and standard, by copy right now. POST_BUSY when the
 * transport is full; then, and after POST_FAILED, a request must be made. */
static inline enum post send_now(const struct message *m, struct endpoint *ep,
                                 uint64_t bytes)
{
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

/* A peer that asked this rank to wait for receives has no endpoint here. */
static inline int start(const struct message *m, struct mpi_request **out)
{
    *out = &request_done;
    if (UNLIKELY(m->peer == MPI_PROC_NULL))
        return MPI_SUCCESS;
    struct endpoint *ep = m->comm->p2p->endpoints[m->comm->worlds[m->peer]];
    if (UNLIKELY(!ep) || !m->type->is_contiguous || m->mode != SEND_STANDARD)
        return start_request(m, out);
    const uint64_t bytes = (uint64_t)m->count * m->type->size;
    if (bytes > ep->transport->eager_bytes)
        return start_long(m, ep, out);
    return LIKELY(send_now(m, ep, bytes) == POST_DONE) ? MPI_SUCCESS
                                                       : start_request(m, out);
}

int p2p_send_start(const struct message *m, struct mpi_request **out)
{
    return start(m, out);
}

int p2p_send(const struct message *m)
{
    struct mpi_request *r;
    int err = start(m, &r);
    if (err != MPI_SUCCESS || r == &request_done)
        return err;
    return request_wait(r, MPI_STATUS_IGNORE);
}
