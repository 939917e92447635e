/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registration cache: memory that the device may touch, kept for reuse.
 *
 * Registering costs system calls and pinned pages, so a range that was used
 * once is likely worth keeping. It may be kept only while its pages are the
 * ones that were pinned: memory that leaves the process must leave the cache
 * first. What watches over that is the cache's watch; without one nothing is
 * kept after its last release, which is always right.
 *
 * Knows no device: registering is done by two functions of its owner.
 */
#ifndef TRANSPORT_REGCACHE_H
#define TRANSPORT_REGCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/list.h"
#include "transport/transport.h"

struct regcache;

/* The owner embeds it in what it allocates for a registered range. */
struct regcache_entry {
    struct region region; /* key is the owner's */
    bool can_be_kept;     /* the owner's: worth keeping after release */

    /* The cache's own. */
    uintptr_t start;      /* whole pages */
    uintptr_t end;
    unsigned references;
};

struct regcache_ops {
    /*
     * Register [start, end) and make an entry of it.
     * Errors   MPI_ERR_NO_MEM: too much is registered; another class: this
     *          range cannot be registered. errno tells more.
     */
    int (*create)(void *arg, uintptr_t start, uintptr_t end,
                  struct regcache_entry **out);
    void (*destroy)(void *arg, struct regcache_entry *entry);
};

/* budget_bytes bounds what is kept without being in use. */
int regcache_create(const struct regcache_ops *ops, void *arg,
                    size_t budget_bytes, struct regcache **out);

/* Nothing is retained any more. */
void regcache_destroy(struct regcache *c);

/*
 * An entry that covers the range, retained until regcache_release.
 * Errors   as ops->create
 */
int regcache_retain(struct regcache *c, const void *address, size_t bytes,
                    struct regcache_entry **out);

void regcache_release(struct regcache *c, struct regcache_entry *entry);

#endif
