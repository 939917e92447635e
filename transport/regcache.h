/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registration cache: memory that the device may touch, kept for reuse.
 *
 * Registering costs system calls and pinned pages, so a range that was used
 * once is worth keeping. But it may be kept only while the process has the
 * very pages that were pinned: memory that leaves the process must leave the
 * cache first. A watch tells of that; without one nothing is kept after its
 * last release, which is always right.
 *
 *   in use      retained by somebody; never touched by the cache
 *   idle        kept, oldest release first out when the budget is exceeded
 *   detached    in use, but never to be found again: its memory has left, or
 *               a larger entry has taken its place
 *
 * Kept entries do not overlap, so a search is a binary one. A search asks
 * nobody: the watch counts what it reads, and a count that has not moved since
 * the last search proves that nothing has left. Knows no device: registering
 * is done by functions of its owner. Caller holds the library lock.
 */
#ifndef TRANSPORT_REGCACHE_H
#define TRANSPORT_REGCACHE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/counter.h"
#include "runtime/base/list.h"
#include "transport/transport.h"

struct regcache;

/* The owner embeds it in what it allocates for a registered range. */
struct regcache_entry {
    struct region region; /* key is the owner's */
    bool can_be_kept;     /* the owner's: worth keeping after release */

    /* The cache's own. */
    unsigned access;      /* what it is registered for: the owner's bits */
    uintptr_t start;      /* whole pages */
    uintptr_t end;
    unsigned references;
    bool is_kept;         /* findable */
    struct regcache *cache;
    struct list link;     /* while idle, by time of release */
};

struct regcache_range {
    uintptr_t start;
    uintptr_t end;
    unsigned access;
};

struct regcache_ops {
    /*
     * Register [start, end) for `access` and make an entry of it.
     * Errors   MPI_ERR_NO_MEM: too much is registered; another class: this
     *          range cannot be registered. errno tells more.
     */
    int (*create)(void *arg, const struct regcache_range *range,
                  struct regcache_entry **out);
    void (*destroy)(void *arg, struct regcache_entry *entry);
    /* Are its pages still the process's? NULL: not asked. Asked at each hit,
     * to prove the watch; an entry that fails is forgotten. */
    bool (*is_same)(void *arg, const struct regcache_entry *entry);
    void *arg;
};

/*
 * What watches over memory; memwatch.h is one.
 *
 * *turn changes before and after the watch learns of memory that has left, and
 * is a multiple of WATCH_STILL in between. So a caller who finds there what it
 * found before its last look at the news has missed none. A watch that cannot
 * promise that sets one of the bits below WATCH_STILL: then settle is called
 * before the look.
 */
struct regcache_watch {
    const _Atomic uint64_t *turn;
    /* Watch [start, end) from now on; false: that memory cannot be watched. */
    bool (*add)(void *arg, uintptr_t start, uintptr_t end);
    void (*remove)(void *arg, uintptr_t start, uintptr_t end);
    /* Wait until next() tells of all that has left before this call. */
    void (*settle)(void *arg);
    /* The next range that has left the process; false: no more. */
    bool (*next)(void *arg, uintptr_t *start, uintptr_t *end);
    void *arg;
};

enum { WATCH_STILL = 4 };

struct regcache_config {
    struct regcache_ops ops;
    const struct regcache_watch *watch; /* NULL: nothing is kept; copied */
    size_t budget_bytes; /* of registered memory; idle entries go beyond it */
    struct counters *counters;
};

int regcache_create(const struct regcache_config *config,
                    struct regcache **out);

/* Destroy it and all idle entries. Nothing is in use any more. */
void regcache_destroy(struct regcache *c);

/*
 * An entry that covers the range and is registered for all bits of `access`,
 * and maybe more, retained until regcache_release. When there
 * is no memory left to register with, idle entries give way.
 * Cost     a hit takes a binary search, of 13 steps at most
 * Errors   as ops->create
 */
int regcache_retain(struct regcache *c, const void *address, size_t bytes,
                    unsigned access, struct regcache_entry **out);

/* The same if it costs no registration: NULL when none is kept. */
struct regcache_entry *regcache_hit(struct regcache *c, const void *address,
                                    size_t bytes, unsigned access);

/* Give it back to the cache it is from. */
void regcache_release(struct regcache_entry *entry);

/* Destroy all idle entries; false when there was none. */
bool regcache_trim(struct regcache *c);

#endif
