/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Posting on a connection's send queue, and retiring what was posted.
 *
 * Credits. A packet goes out only while the peer has told of a free receive
 * slot for it. `private` of every packet returns credits; when packets come in
 * and none goes out, a control packet returns them, after half of the credits
 * have been owed. Control packets need no credit: at most two can be on their
 * way, because the second needs packets that were sent on credits of the
 * first or on the other half, and there are slots for them (RECEIVE_EXTRA).
 *
 * Send queue. Each work request has an entry in connection.sent. Only signalled
 * ones give a completion, which retires all before it, as an RC queue pair
 * completes in order. Whatever holds a slot or a read is signalled, bare inline
 * sends only every SIGNAL_EVERY, so nothing that another peer may need is held
 * by an idle connection.
 */
#ifndef VERBS_POST_H
#define VERBS_POST_H

#include "transport/verbs/verbs.h"

/* packet.private on this transport. */
enum {
    PRIVATE_CREDITS = 0x0fff, /* credits returned */
    PRIVATE_CONTROL = 0x8000  /* the packet is ours; type is one of control */
};

enum control { CONTROL_CREDITS, CONTROL_FAREWELL };

/* The pool of send slots and reads. */
int post_open(struct verbs *v, struct strbuf *why);
void post_close(struct verbs *v);

/* transport_ops.send and .get */
enum post post_send(struct endpoint *ep, const struct packet_out *packet);
enum post post_get(struct endpoint *ep, const struct get *get);

/* Return credits with a control packet if enough are owed. */
void post_credits(struct connection *c);

/* Tell the peer that nothing more will come; false: no room now. */
bool post_farewell(struct connection *c);

/* A signalled work request has completed: retire all up to it. */
void post_retire(struct connection *c);

/* The connection is gone: let go of all it holds, completing reads with err. */
void post_abandon(struct connection *c, int err);

static inline bool post_is_drained(const struct connection *c)
{
    return c->posted == c->retired;
}

#endif
