/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Posting on a connection's send queue, and retiring what was posted.
 *
 * Credits. A packet goes out only while the peer has told of a free receive
 * slot for it. `private` of every packet returns credits; when packets come in
 * and none goes out, a control packet returns them, after half of the credits
 * have been owed. Such a control packet needs no credit: at most two can be on
 * their way, because the second needs packets that were sent on credits of the
 * first or on the other half. The same holds for slots of a hot peer's ring
 * (hotring.h), which go back as immediate data, and they share the control
 * packet. Farewell and the return of a ring are one each. RECEIVE_EXTRA counts
 * these six; offering a ring, asking for it back and words about the second
 * rail take credits.
 *
 * Send queue. Only signalled work requests give a completion, which retires all
 * before it, as an RC queue pair completes in order; each has an entry in
 * connection.sent. Whatever holds a slot or a move is signalled, bare inline
 * sends only every SIGNAL_EVERY, so nothing that another peer may need is held
 * by an idle connection.
 */
#ifndef VERBS_POST_H
#define VERBS_POST_H

#include "transport/verbs/connection.h"
#include "transport/verbs/verbs.h"

enum control {
    CONTROL_CREDITS,
    CONTROL_FAREWELL,
    CONTROL_RING_OFFER,  /* struct hot_offer; this one and the next on credit */
    CONTROL_RING_REVOKE,
    CONTROL_RING_RETURN,
    CONTROL_TRACK_WANT,  /* "connect to my second rail"; on credit, as is */
    CONTROL_TRACK_END    /* "my queue pair there is no more" */
};

/* The pool of send slots. */
int post_open(struct verbs *v, struct strbuf *why);
void post_close(struct verbs *v);

/* transport_ops.send */
enum post post_send(struct endpoint *ep, const struct packet_out *packet);

/* What a post on a connection that is not ready answers. */
enum post post_refuse(const struct connection *c);

/* Return credits with a control packet if enough are owed. */
void post_credits(struct connection *c);

/* Tell the peer that nothing more will come; false: no room now. */
bool post_farewell(struct connection *c);

/* Lend a ring, ask for it back, give it back; false: no room now. */
bool post_offer(struct connection *c, struct hot_offer *offer);
bool post_revoke(struct connection *c);
bool post_return(struct connection *c);

/* Say one of CONTROL_TRACK_*; false: no room now. */
bool post_track_word(struct connection *c, enum control what);

/* The last posted work request is a signalled one; of those that it retires
 * `requests` are its move's. */
static inline void post_note_signal(struct connection *c, enum sent_kind kind,
                                    void *object, unsigned requests)
{
    c->sent[c->signals++ % SEND_QUEUE] = (struct sent){
        object, (uint8_t)kind, (uint8_t)c->unsignalled, (uint8_t)requests };
    c->unsignalled = 0;
}

/* Post one work request and note what it holds. False: the connection is
 * broken. */
static inline bool post_request(struct connection *c, struct ibv_send_wr *wr,
                                enum sent_kind kind, void *object)
{
    hotring_unbook(c);
    bool is_signalled = object || c->must_signal ||
                         c->unsignalled + 1 >= SIGNAL_EVERY;
    if (is_signalled)
        wr->send_flags |= IBV_SEND_SIGNALED;
    struct ibv_send_wr *bad;
    int status = ibv_post_send(c->id->qp, wr, &bad);
    if (UNLIKELY(status != 0)) {
        connection_break(c, "cannot send to", status);
        return false;
    }
    c->posted++;
    c->unsignalled++;
    if (is_signalled)
        post_note_signal(c, kind, object, 0);
    hotring_book(c);
    return true;
}

static inline uint16_t post_take_owed(struct connection *c)
{
    uint16_t owed = (uint16_t)c->owed.packets;
    c->owed.packets = 0;
    return owed;
}

/* Work requests that the send queue has room for. */
static inline unsigned post_room(const struct connection *c)
{
    return SEND_QUEUE - (c->posted - c->out.booked - c->retired);
}

/* Learn whether the peer's device still answers: after unsignalled work requests
 * that nothing else would tell of, write nothing, signalled. */
void post_ask(struct connection *c);

/* A signalled work request has completed: retire all up to it. */
void post_retire(struct connection *c);

/* The connection is gone: let go of all it holds, completing moves with err. */
void post_abandon(struct connection *c, int err);

static inline bool post_is_drained(const struct connection *c)
{
    return c->posted - c->out.booked == c->retired;
}

#endif
