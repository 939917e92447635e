/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Backlog queues. An endpoint is on the list while its own queue is not empty.
 * A retry may add to the same queue only at its end, so order is kept.
 */
#include "transport/backlog.h"

#include "runtime/base/progress.h"

void backlog_init(struct backlog *b, struct progress *progress)
{
    list_init(&b->endpoints);
    b->progress = progress;
    b->is_polled = false;
}

void backlog_add(struct backlog *b, struct endpoint *ep,
                 struct backlog_entry *entry)
{
    if (!b->is_polled)
        progress_add(b->progress, backlog_drain, b);
    b->is_polled = true;
    if (list_is_empty(&ep->backlog_link))
        list_append(&b->endpoints, &ep->backlog_link);
    list_append(&ep->backlog, &entry->link);
}

void backlog_remove(struct endpoint *ep, struct backlog_entry *entry)
{
    list_remove(&entry->link);
    if (list_is_empty(&ep->backlog))
        list_remove(&ep->backlog_link);
}

static int drain_endpoint(struct endpoint *ep)
{
    int sent = 0;
    struct list *first;
    while ((first = list_first(&ep->backlog)) != NULL) {
        struct backlog_entry *entry =
            CONTAINER_OF(first, struct backlog_entry, link);
        /* Off the list during the retry: the callee may free it. */
        list_remove(&entry->link);
        if (entry->retry(entry, ep) == POST_BUSY) {
            list_insert_before(ep->backlog.next, &entry->link);
            return sent;
        }
        sent++;
    }
    list_remove(&ep->backlog_link);
    return sent;
}

int backlog_drain(void *backlog)
{
    struct backlog *b = backlog;
    int sent = 0;
    LIST_FOR_EACH(node, &b->endpoints)
        sent += drain_endpoint(CONTAINER_OF(node, struct endpoint,
                                            backlog_link));
    if (list_is_empty(&b->endpoints)) {
        progress_remove(b->progress, backlog_drain, b);
        b->is_polled = false;
    }
    return sent;
}
