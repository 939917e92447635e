/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Matching: posted receives and arrived messages of one context.
 *
 * A pure data structure; it neither sends nor copies. Both queues keep arrival
 * order, so a receive takes the oldest message it fits and a message takes the
 * oldest receive (MPI 5.0, 3.5). At any time no entry of one queue fits one of
 * the other.
 *
 * A queue is a list while searches end within its first entries. The first
 * that does not gives the queue an index, which stays until the queue has been
 * empty. Cost: O(1), with wildcards, too.
 */
#ifndef P2P_MATCH_H
#define P2P_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <mpi.h>

#include "runtime/base/list.h"
#include "runtime/base/platform.h"

enum { MATCH_CHAINS = 3 };

/* One side of a match; embedded in a request or in an arrived message. */
struct match_entry {
    struct list link;
    int source;         /* in a receive, MPI_ANY_SOURCE fits all */
    int tag;            /* in a receive, MPI_ANY_TAG fits all */
    uint64_t order;     /* in the queue, counted from 1; 0: not indexed */
    struct list chains[MATCH_CHAINS]; /* of its buckets, while indexed; ends
                                         where a next is NULL */
};

struct match_index;

struct match {
    struct list posted;  /* receives */
    struct list arrived; /* messages without a receive */
    struct match_index *posted_index; /* NULL: none */
    struct match_index *arrived_index;
};

void match_init(struct match *m);

/* Give up the indexes; the entries are the caller's. */
void match_fini(struct match *m);

/* Take the oldest posted receive that a message from source with tag fits, or
 * NULL. */
struct match_entry *match_take_posted(struct match *m, int source, int tag);

struct match_entry *match_search_arrived(struct match *m, int source, int tag);

/* Find the oldest arrived message that a receive with source and tag fits, or
 * NULL; it stays in the queue. */
static inline struct match_entry *match_find_arrived(struct match *m,
                                                     int source, int tag)
{
    return list_is_empty(&m->arrived) ? NULL
                                      : match_search_arrived(m, source, tag);
}

/* entry was appended to the queue that has this index. */
void match_index_add(struct match_index **index, struct list *queue,
                     struct match_entry *entry);

/* entry, which is indexed, leaves its queue. */
void match_index_remove(struct match_entry *entry);

static inline void match_append(struct list *queue, struct match_index **index,
                                struct match_entry *entry)
{
    list_append(queue, &entry->link);
    entry->order = 0;
    if (UNLIKELY(*index != NULL))
        match_index_add(index, queue, entry);
}

static inline void match_post(struct match *m, struct match_entry *receive)
{
    match_append(&m->posted, &m->posted_index, receive);
}

static inline void match_arrive(struct match *m, struct match_entry *message)
{
    match_append(&m->arrived, &m->arrived_index, message);
}

/* Take an entry out of its queue. */
static inline void match_remove(struct match_entry *entry)
{
    list_remove(&entry->link);
    if (UNLIKELY(entry->order != 0))
        match_index_remove(entry);
}

#endif
