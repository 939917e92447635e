/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections on first use over librdmacm.
 *
 *   IDLE -> ADDRESS -> ROUTE -> REQUESTED -> READY      we ask
 *   IDLE -> ACCEPTED -> READY                           the peer asks
 *
 * Both may ask at once. A rank that has not sent its request yet gives it up
 * and accepts; when both have, the request of the lower rank wins: the lower
 * refuses the other as a duplicate (the higher is then AWAITED, unless it has
 * seen the lower one's request already), the higher gives up its own.
 */
#ifndef VERBS_CONNECT_H
#define VERBS_CONNECT_H

#include "transport/verbs/verbs.h"

/* Listen on the device's address; fills v->context. why as in open. */
int connection_listen(struct verbs *v, struct strbuf *why);

/* Stop listening, without regard to connections. */
void connection_unlisten(struct verbs *v);

/*
 * The connection to a rank, made in state IDLE if there is none.
 * Errors   MPI_ERR_NO_MEM
 */
int connection_of(struct verbs *v, int world, struct connection **out);

/* Begin to connect; address and nonce are set. Failure shows in the state. */
void connection_start(struct connection *c);

/* Handle what librdmacm and the device report, and deadlines; returns the
 * number of events. */
int connection_events(struct verbs *v);

/* A packet came on an accepted connection: the peer has confirmed. */
void connection_confirm(struct connection *c);

/* The connection broke, for the given cause. */
void connection_lose(struct connection *c, const char *cause);
void connection_lose_all(struct verbs *v, const char *cause);

/* Clear up after the posts that failed. */
void connection_clear_broken(struct verbs *v);

/* Let go of queue pair and id, quietly. */
void connection_drop(struct connection *c);

const char *connection_state_name(enum connection_state state);

#endif
