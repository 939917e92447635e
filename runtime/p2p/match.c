/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two lists in arrival order, and their indexes. Most codes receive in the
 * order of sending, so the first entry usually fits and no index is made.
 *
 * An index has buckets for hashes of (source, tag), whose entries keep their
 * order. Receives lie in one bucket each, with wildcards as values like others;
 * a message looks for receives of the four kinds that wildcards make and takes
 * the one with the least order number. Messages lie in three buckets, as
 * receives without a wildcard, with any source and with any tag look for them.
 */
#include "runtime/p2p/match.h"

#include <stdlib.h>

enum {
    WALK = 16,         /* entries that a search may pass before it indexes */
    LEAST_BUCKETS = 64
};

struct match_index {
    uint64_t last_order;
    unsigned chains; /* in which an entry lies: 1 or MATCH_CHAINS */
    uint32_t mask;  /* buckets less one; their number is a power of two */
    uint32_t added; /* since it was made, removed ones included */
    uint32_t kinds; /* of entries, ever: bit kind_of(entry) */
    struct list buckets[];
};

/* Does a receive for (wanted_source, wanted_tag) take (source, tag)? */
static inline bool fits(int wanted_source, int wanted_tag, int source, int tag)
{
    return (wanted_source == source || wanted_source == MPI_ANY_SOURCE) &&
           (wanted_tag == tag || wanted_tag == MPI_ANY_TAG);
}

static inline struct match_entry *entry_of(struct list *link)
{
    return CONTAINER_OF(link, struct match_entry, link);
}

void match_init(struct match *m)
{
    list_init(&m->posted);
    list_init(&m->arrived);
    m->posted_index = NULL;
    m->arrived_index = NULL;
}

void match_fini(struct match *m)
{
    free(m->posted_index);
    free(m->arrived_index);
}

/* ---- the index ---- */

static unsigned kind_of(int source, int tag)
{
    return (source == MPI_ANY_SOURCE ? 1 : 0) + (tag == MPI_ANY_TAG ? 2 : 0);
}

/* Tags and ranks are small and often consecutive; a multiplication spreads
 * them, and its upper half depends on all bits. */
static struct list *bucket(struct match_index *index, unsigned chain,
                           int source, int tag)
{
    const uint64_t key = (uint64_t)(uint32_t)source << 32 | (uint32_t)tag;
    const uint32_t hash = (uint32_t)(key * 0x9e3779b97f4a7c15u >> 32);
    return &index->buckets[chain * (index->mask + 1) + (hash & index->mask)];
}

static void insert(struct match_index *index, struct match_entry *entry)
{
    const int source = entry->source, tag = entry->tag;
    entry->order = ++index->last_order;
    index->added++;
    index->kinds |= 1u << kind_of(source, tag);
    list_append(bucket(index, 0, source, tag), &entry->chains[0]);
    if (index->chains == 1) {
        entry->chains[1].next = NULL;
        return;
    }
    list_append(bucket(index, 1, MPI_ANY_SOURCE, tag), &entry->chains[1]);
    list_append(bucket(index, 2, source, MPI_ANY_TAG), &entry->chains[2]);
}

void match_index_remove(struct match_entry *entry)
{
    for (int i = 0; i < MATCH_CHAINS && entry->chains[i].next; i++)
        list_remove(&entry->chains[i]);
}

/* An index of all that is in the queue; NULL when memory is out, which makes
 * searches slow and nothing worse. */
static struct match_index *make_index(struct list *queue, unsigned chains)
{
    uint32_t entries = 0, buckets = LEAST_BUCKETS;
    LIST_FOR_EACH (node, queue)
        entries++;
    while (buckets < 2 * entries)
        buckets *= 2;
    struct match_index *index =
        malloc(sizeof *index +
               (size_t)chains * buckets * sizeof index->buckets[0]);
    if (!index)
        return NULL;
    *index = (struct match_index){ .chains = chains, .mask = buckets - 1 };
    for (uint32_t i = 0; i < chains * buckets; i++)
        list_init(&index->buckets[i]);
    LIST_FOR_EACH (node, queue)
        insert(index, entry_of(node));
    return index;
}

static void drop_index(struct match_index **index, struct list *queue)
{
    LIST_FOR_EACH (node, queue)
        entry_of(node)->order = 0;
    free(*index);
    *index = NULL;
}

NO_INLINE void match_index_add(struct match_index **index, struct list *queue,
                     struct match_entry *entry)
{
    const bool was_empty = queue->next == &entry->link;
    if (!was_empty && (*index)->added <= (*index)->mask) {
        insert(*index, entry);
        return;
    }
    const unsigned chains = (*index)->chains;
    drop_index(index, queue);
    if (!was_empty)
        *index = make_index(queue, chains);
}

/* The oldest receive for just this, wildcards included. */
static struct match_entry *oldest_receive(struct match_index *index,
                                          int source, int tag)
{
    LIST_FOR_EACH (node, bucket(index, 0, source, tag)) {
        struct match_entry *e =
            CONTAINER_OF(node, struct match_entry, chains[0]);
        if (e->source == source && e->tag == tag)
            return e;
    }
    return NULL;
}

static NO_INLINE struct match_entry *find_receive(struct match_index *index,
                                                  int source, int tag)
{
    struct match_entry *best = NULL;
    for (unsigned kind = 0; kind < 4; kind++) {
        if (!(index->kinds & 1u << kind))
            continue;
        struct match_entry *e =
            oldest_receive(index, kind & 1 ? MPI_ANY_SOURCE : source,
                           kind & 2 ? MPI_ANY_TAG : tag);
        if (e && (!best || e->order < best->order))
            best = e;
    }
    return best;
}

/* Not for both wildcards: the first message is that. */
static NO_INLINE struct match_entry *find_message(struct match_index *index,
                                                  int source, int tag)
{
    const unsigned chain = kind_of(source, tag);
    LIST_FOR_EACH (node, bucket(index, chain, source, tag)) {
        struct match_entry *e = CONTAINER_OF(node - chain, struct match_entry,
                                             chains[0]);
        if (fits(source, tag, e->source, e->tag))
            return e;
    }
    return NULL;
}

/* ---- searches ---- */

struct match_entry *match_take_posted(struct match *m, int source, int tag)
{
    struct match_entry *found = NULL;
    int left = WALK;
    if (UNLIKELY(m->posted_index != NULL)) {
        found = find_receive(m->posted_index, source, tag);
        if (found)
            match_remove(found);
        return found;
    }
    LIST_FOR_EACH (node, &m->posted) {
        struct match_entry *e = entry_of(node);
        if (fits(e->source, e->tag, source, tag)) {
            match_remove(e);
            return e;
        }
        if (UNLIKELY(--left == 0)) {
            m->posted_index = make_index(&m->posted, 1);
            if (m->posted_index)
                return match_take_posted(m, source, tag);
        }
    }
    return NULL;
}

struct match_entry *match_search_arrived(struct match *m, int source, int tag)
{
    int left = WALK;
    LIST_FOR_EACH (node, &m->arrived) {
        struct match_entry *e = entry_of(node);
        if (fits(source, tag, e->source, e->tag))
            return e;
        if (UNLIKELY(m->arrived_index != NULL))
            return find_message(m->arrived_index, source, tag);
        if (UNLIKELY(--left == 0))
            m->arrived_index = make_index(&m->arrived, MATCH_CHAINS);
    }
    return NULL;
}
