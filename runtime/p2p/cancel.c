/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Taking back what was started (MPI 5.0, 3.8.4). A posted receive goes at once,
 * and so does a send whose first packet still waits for the transport. After
 * that only the receiver knows whether a receive has met the message: it is
 * asked (CANCEL in wire.h), and the send ends with its answer.
 *
 * Packets between two ranks keep their order, so CANCEL finds the message
 * where it was left: in its queue, or taken.
 */
#include <stdlib.h>

#include "runtime/p2p/rndv.h"

static void end_cancelled(struct p2p_request *r)
{
    r->base.is_cancelled = true;
    request_end(r, MPI_SUCCESS);
}

void p2p_cancel_recv(struct mpi_request *base)
{
    struct p2p_request *r = request_of(base);
    if (!r || r->state != RECV_POSTED)
        return;
    match_remove(&r->entry);
    end_cancelled(r);
}

static void cancel_send(struct p2p_request *r)
{
    switch (r->state) {
    case SEND_EAGER:
    case SEND_RTS:
        backlog_remove(r->ep, &r->backlog);
        end_cancelled(r);
        break;
    case SEND_OFFERED:
        r->state = SEND_CANCEL;
        request_advance(r);
        break;
    default:
        break;
    }
}

void p2p_cancel(struct mpi_request *base)
{
    struct p2p_request *r = request_of(base);
    if (!r)
        return;
    p2p_cancel_recv(base);
    if (!base->is_complete)
        cancel_send(r);
}

enum post rndv_send_cancel(struct p2p_request *r, enum turn turn)
{
    const struct cancel_header header = {
        .packet = { .type = PACKET_CANCEL, .word = request_name(r) },
        .context = r->wire_context,
    };
    const struct packet_out out = { .header = &header,
                                    .header_bytes = sizeof header };
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    r->state = SEND_OFFERED;
    return POST_PENDING;
}

/* The sender's request that waits for the answer to a message; 0: none. */
static uint32_t waiting_request(const struct arrival *a)
{
    const struct packet *packet = (const struct packet *)a->packet;
    switch (packet->type) {
    case PACKET_RTS:
        return ((const struct rts_header *)packet)->request;
    case PACKET_EAGER_SYNC:
        return ((const struct eager_sync_header *)packet)->request;
    default:
        return 0;
    }
}

static struct arrival *find(const struct match *match, int world,
                            uint32_t request)
{
    LIST_FOR_EACH (node, &match->arrived) {
        struct arrival *a = CONTAINER_OF(node, struct arrival, entry.link);
        if (a->world == world && waiting_request(a) == request)
            return a;
    }
    return NULL;
}

void cancel_on_packet(void *arg, int world, const struct packet *packet,
                      size_t bytes)
{
    (void)bytes;
    struct p2p *p2p = arg;
    const struct cancel_header *header = (const struct cancel_header *)packet;
    struct match *match = engine_match(p2p, header->context);
    struct arrival *a = match ? find(match, world, packet->word) : NULL;
    if (!a || list_is_empty(&p2p->comms))
        return;
    match_remove(&a->entry);
    arrival_free(p2p, a);
    deliver_refuse(CONTAINER_OF(p2p->comms.next, struct mpi_comm, link), world,
                   packet->word, MPI_SUCCESS);
}
