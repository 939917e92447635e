/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The listener, and the events of librdmacm and of the device.
 */
#ifndef VERBS_EVENTS_H
#define VERBS_EVENTS_H

#include "transport/verbs/verbs.h"

/* Listen on the device's address; fills v->context. why as in open. */
int events_open(struct verbs *v, struct strbuf *why);

/*
 * Listen on a device's address, with an id of its own.
 * Errors   MPI_ERR_OTHER, with a phrase in why; *listener may be set, too
 */
int events_listen(struct verbs *v, const struct device *d,
                  struct rdma_cm_id **listener, struct strbuf *why);

/* Stop listening; all connections are dropped. */
void events_close(struct verbs *v);

/* Handle what was reported, and deadlines; returns the number of events. */
int events_take(struct verbs *v);

/*
 * Lose what has been silent for too long. A device says when it has repeated a
 * packet often enough; one that does not (rxe, now and then) would let us wait
 * without end. Answers come from the peer's device, whatever its process does.
 * To be called after events_take, and only when the completion queues have just
 * been found empty: after a long computation they may hold more answers than
 * one poll takes.
 */
void events_lose_silent(struct verbs *v);

#endif
