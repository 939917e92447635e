/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Matching: posted receives and arrived messages of one context.
 *
 * A pure data structure; it neither sends nor copies. Both queues keep arrival
 * order, so a receive takes the oldest message it fits and a message takes the
 * oldest receive (MPI 5.0, 3.5). At any time no entry of one queue fits one of
 * the other. Cost: linear in the queue searched; O(1) when order agrees.
 */
#ifndef P2P_MATCH_H
#define P2P_MATCH_H

#include <stdbool.h>

#include <mpi.h>

#include "runtime/base/list.h"

/* One side of a match; embedded in a request or in an arrived message. */
struct match_entry {
    struct list link;
    int source; /* in a receive, MPI_ANY_SOURCE fits all */
    int tag;    /* in a receive, MPI_ANY_TAG fits all */
};

struct match {
    struct list posted;  /* receives */
    struct list arrived; /* messages without a receive */
};

void match_init(struct match *m);

/* Take the oldest posted receive that a message from source with tag fits, or
 * NULL. */
struct match_entry *match_take_posted(struct match *m, int source, int tag);

/* Find the oldest arrived message that a receive with source and tag fits, or
 * NULL; it stays in the queue. */
struct match_entry *match_find_arrived(struct match *m, int source, int tag);

static inline void match_post(struct match *m, struct match_entry *receive)
{
    list_append(&m->posted, &receive->link);
}

static inline void match_arrive(struct match *m, struct match_entry *message)
{
    list_append(&m->arrived, &message->link);
}

/* Take an entry out of its queue. */
static inline void match_remove(struct match_entry *entry)
{
    list_remove(&entry->link);
}

#endif
