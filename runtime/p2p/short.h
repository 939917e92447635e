/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shortest way out: a message that the transport takes whole and at once,
 * with no request and no struct on the way. Inline, because at this size the
 * instructions are the cost.
 */
#ifndef P2P_SHORT_H
#define P2P_SHORT_H

#include "runtime/p2p/engine.h"

/* A message that may be sent so; its arguments were checked. */
struct short_send {
    const struct mpi_comm *comm;
    struct endpoint *ep;
    int tag;
    const void *address;
    uint64_t bytes;
    MPI_Request *request; /* where the handle goes, or NULL: it needs none */
};

/* Find the endpoint by which s->bytes can be sent to the rank dest of s->comm
 * right now; false when there is none. */
static ALWAYS_INLINE bool p2p_short_way(struct short_send *s, int dest)
{
    s->ep = s->comm->p2p->endpoints[s->comm->worlds[dest]];
    return LIKELY(s->ep != NULL) && LIKELY(s->bytes < s->ep->short_limit);
}

/* Send it, in standard mode on the user's channel. Returns MPI_SUCCESS. */
static ALWAYS_INLINE int p2p_send_short(const struct short_send *s)
{
    const struct mpi_comm *comm = s->comm;
    const struct packet packet = { .type = PACKET_EAGER,
                                   .word = (uint32_t)s->tag };
    uint64_t word;
    memcpy(&word, &packet, sizeof word);
    struct counters *counters = comm->p2p->counters;
    if (s->request)
        *s->request = (MPI_Request)(uintptr_t)REQUEST_DONE;
    counter_add(counters, COUNTER_EAGER_MESSAGES, 1);
    counter_add(counters, COUNTER_COPIED_OUT_BYTES, s->bytes);
    return (int)s->ep->send_short(s->ep, word, comm->envelope, s->address,
                                  s->bytes);
}

_Static_assert(POST_DONE == MPI_SUCCESS, "so that the call can be the last");

#endif
