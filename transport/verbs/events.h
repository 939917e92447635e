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

#endif
