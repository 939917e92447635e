/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A peer's queue pair on the second rail.
 *
 *   NONE -> ADDRESS -> ROUTE -> REQUESTED -> READY   we asked for the connection
 *   NONE [-> WANTED] -> ACCEPTED -> READY            the peer did
 *   any -> [BROKEN ->] [ENDING ->] GONE              it failed; it stays so
 *
 * It is made when a long message first wants it. The rank by whose request the
 * connection came up asks for it, the other one tells that rank by a packet
 * that it would like to have it: so the two never ask at once. Until it is
 * READY, and once it is not, all goes by the first rail.
 *
 * Who loses it destroys the queue pair and tells the peer, then moves again
 * what was under way. The peer destroys its own before it takes any packet that
 * was sent after that word. So no late write of the lost rail can land in
 * memory whose message has ended: those before carry the same bytes to the same
 * place.
 */
#ifndef VERBS_TRACK_H
#define VERBS_TRACK_H

#include "transport/verbs/connect.h"
#include "transport/verbs/verbs.h"

enum track_state {
    TRACK_NONE,      /* nobody has asked for it */
    TRACK_WANTED,    /* we told the peer, who makes it */
    TRACK_ADDRESS,   /* the next four as for a connection */
    TRACK_ROUTE,
    TRACK_REQUESTED,
    TRACK_ACCEPTED,
    TRACK_READY,     /* posts go through */
    TRACK_BROKEN,    /* a post failed; poll will clear up */
    TRACK_ENDING,    /* no queue pair any more, the peer has not heard of it */
    TRACK_GONE
};

enum { TRACK_QUEUE = 2 * MOVES_PER_PEER }; /* work requests */

/* A request on the wire: all are signalled, and complete in order. */
struct track_sent {
    struct rdma_move *move;
    enum direction lane;
};

struct track {
    struct connection *connection;
    enum track_state state;
    int error;                   /* of the post that failed, when BROKEN */
    struct rdma_cm_id *id;       /* with its queue pair, or NULL */
    struct sockaddr_in6 address; /* where the peer listens, if we ask */
    struct list link;            /* in rail.troubled */
    struct lane lanes[DIRECTIONS];
    struct list posted;          /* moves that are completely requested */
    uint32_t requested;          /* work requests ever */
    uint32_t answered;
    struct silence silence;
    struct track_sent sent[TRACK_QUEUE]; /* those between the two */
};

/* The peer's card has a second rail that we reach: c may have a track. */
void track_make(struct connection *c, const struct sockaddr_in6 *address);

/* The connection comes up and the peer says whether it has a second rail for
 * us: have both? */
bool track_agree(struct connection *c, bool peer_has_it);

/* A long message would like to have it. */
void track_want(struct connection *c);

/* The peer says CONTROL_TRACK_WANT, CONTROL_TRACK_END. */
void track_take_want(struct connection *c);
void track_take_end(struct connection *c);

/* The peer asks for it; false: refused. */
bool track_take_request(struct connection *c, const struct news *news);

/* Something happened to its id. */
void track_take_news(struct track *t, const struct news *news);

/* It failed, for the given cause; one warning a rank, then on by the first
 * rail. */
void track_lose(struct track *t, const char *cause);

/* A post was refused with an errno value; poll will clear up. */
void track_break(struct track *t, int error);

/* Do what the state BROKEN or ENDING asks for, if that can be. */
void track_clear_up(struct track *t);

/* Its connection ends: destroy the queue pair, tell nobody. What is under way
 * stays on the lists. */
void track_close(struct connection *c);

#endif
