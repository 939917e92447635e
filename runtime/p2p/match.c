/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two lists in arrival order. Benchmarks and most codes receive in the order
 * of sending, so the first entry usually fits.
 */
#include "runtime/p2p/match.h"

/* Does a receive for (wanted_source, wanted_tag) take (source, tag)? */
static inline bool fits(int wanted_source, int wanted_tag, int source, int tag)
{
    return (wanted_source == source || wanted_source == MPI_ANY_SOURCE) &&
           (wanted_tag == tag || wanted_tag == MPI_ANY_TAG);
}

void match_init(struct match *m)
{
    list_init(&m->posted);
    list_init(&m->arrived);
}

struct match_entry *match_take_posted(struct match *m, int source, int tag)
{
    LIST_FOR_EACH(node, &m->posted) {
        struct match_entry *e = CONTAINER_OF(node, struct match_entry, link);
        if (fits(e->source, e->tag, source, tag)) {
            match_remove(e);
            return e;
        }
    }
    return NULL;
}

struct match_entry *match_find_arrived(struct match *m, int source, int tag)
{
    LIST_FOR_EACH(node, &m->arrived) {
        struct match_entry *e = CONTAINER_OF(node, struct match_entry, link);
        if (fits(source, tag, e->source, e->tag))
            return e;
    }
    return NULL;
}
