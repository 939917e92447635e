/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RDMA reads and writes between the users' memories.
 *
 * A get or put longer than the device's largest message goes in pieces, and
 * one between several runs in as many. Not more requests are on the wire than
 * both devices take, since a queue pair that stalls on reads would hold up the
 * packets behind them; the rest waits. What may go at once is handed to the
 * device at once, linked, since each call rings its doorbell (over rxe that is
 * a system call).
 */
#ifndef VERBS_RDMA_H
#define VERBS_RDMA_H

#include "transport/verbs/connection.h"
#include "transport/verbs/verbs.h"

/* Fill the pool of moves. */
void rdma_open(struct verbs *v);

/* A connection's lists. */
void rdma_init(struct connection *c);

/* What was agreed on when it came up: reads on the wire at once. With 0 the
 * peer's memory cannot be read. */
void rdma_set_reads(struct connection *c, unsigned reads);

/* transport_ops.get and .put */
enum post rdma_get(struct endpoint *ep, const struct transfer *get);
enum post rdma_put(struct endpoint *ep, const struct transfer *put);

/* So many requests of a move have been answered. */
void rdma_answer(struct connection *c, struct rdma_move *m, unsigned requests);

/* A request as it is posted. */
struct rdma_request {
    struct ibv_send_wr wr;
    struct ibv_sge sge[SLICES_MAX];
};

/* Describe the next at most `most` bytes of m within one run, by the keys of
 * that rail. */
void rdma_describe(struct rdma_move *m, size_t most, int rail,
                   struct rdma_request *out);

/* So many requests of m have been answered by either rail. */
void rdma_settle(struct verbs *v, struct rdma_move *m, unsigned requests);

/* Nothing of m is requested any more. */
void rdma_rewind(struct rdma_move *m);

/* Let m go by the first rail, from its beginning. */
void rdma_restart(struct connection *c, struct rdma_move *m);

/* The connection is gone: complete all moves with err. */
void rdma_abandon(struct connection *c, int err);

/* Put as much of what waits on the wire as may be there. */
void rdma_advance_waiting(struct connection *c);

static inline void rdma_advance(struct connection *c)
{
    if (!list_is_empty(&c->lanes[DIRECTION_GET].waiting) ||
        !list_is_empty(&c->lanes[DIRECTION_PUT].waiting))
        rdma_advance_waiting(c);
}

#endif
