/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The second rail: another port beside the one that carries packets, by which
 * part of each long message goes.
 *
 * It has a protection domain and a completion queue of its own, and with each
 * peer that has long messages for us, or we for it, a queue pair (track.h). It
 * carries reads and writes alone, so whatever befalls it, packets go on, and
 * what was under way there is moved again by the first rail. Without it this
 * rank has nothing of all that but two pointers.
 */
#ifndef VERBS_RAIL_H
#define VERBS_RAIL_H

#include "transport/verbs/verbs.h"

struct card;

struct rail {
    struct device device;
    struct ibv_context *context; /* librdmacm's; not ours to close */
    struct rdma_cm_id *listener;
    struct ibv_pd *pd;
    struct ibv_cq *cq;
    struct memory_pool scratch;  /* what flushing reads read into */
    unsigned share;        /* of a split message, in 256ths, goes this way */
    int tracks;            /* that ever had a queue pair: each may have left
                              completions in cq */
    unsigned requests;     /* on the wire, all peers */
    struct list troubled;  /* tracks that broke, or whose end the peer has not
                              heard of */
    bool has_warned;
};

/* Look for one, if the setting verbs_rails lets us; without it v->rail stays
 * NULL, and v->no_rail may tell why. */
void rail_open(struct verbs *v);

/* All connections are dropped, and the regions gone. */
void rail_close(struct verbs *v);

/* Append what follows the card of a rank that has one. */
void rail_card(const struct verbs *v, struct strbuf *out);

/* Its second rail as the peer's card has it, if we could reach it from ours. */
bool rail_find_peer(const struct verbs *v, const void *card, size_t bytes,
                    struct sockaddr_in6 *out);

/* Take completions, clear up; returns the number of events. */
int rail_poll(struct verbs *v);

/* Take an event of the device; returns how many. */
int rail_take_event(struct verbs *v);

/* Append what carries messages beside the first rail, or why nothing does. */
void rail_explain(const struct connection *c, struct strbuf *out);

#endif
