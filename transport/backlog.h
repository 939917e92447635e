/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Posts that answered BUSY, waiting in order at their endpoint.
 *
 * The entry is embedded in what the upper layer posts (a request), so waiting
 * costs no memory of its own and has no limit but the user's requests.
 * They are tried at each poll, while there are any.
 */
#ifndef TRANSPORT_BACKLOG_H
#define TRANSPORT_BACKLOG_H

#include "runtime/base/list.h"
#include "transport/transport.h"

struct backlog_entry {
    struct list link;
    /*
     * Try the post again, straight at ep->transport->ops. POST_BUSY: keep it,
     * first in line. Anything else: it is off the list already and the callee
     * has taken care of the result.
     */
    enum post (*retry)(struct backlog_entry *entry, struct endpoint *ep);
};

/* The endpoints of one rank that have a backlog. */
struct backlog {
    struct list endpoints;
    struct progress *progress;
    bool is_polled;
};

void backlog_init(struct backlog *b, struct progress *progress);

/* Append entry to the endpoint's queue. */
void backlog_add(struct backlog *b, struct endpoint *ep,
                 struct backlog_entry *entry);

/* Take entry out again (its request was cancelled or failed). */
void backlog_remove(struct endpoint *ep, struct backlog_entry *entry);

/* Retry the waiting posts of every endpoint until each is busy again; returns
 * how many went through. A progress function. */
int backlog_drain(void *backlog);

#endif
