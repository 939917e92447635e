/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that the device may touch: the transport's own pools, and the user's
 * regions through the registration cache.
 */
#ifndef VERBS_MEMORY_H
#define VERBS_MEMORY_H

#include <stddef.h>

#include <infiniband/verbs.h>

#include "runtime/base/strbuf.h"
#include "transport/transport.h"

struct verbs;
struct regcache;
struct regcache_entry;

/* Memory for packets, registered as a whole. */
struct memory_pool {
    char *memory;
    size_t bytes;
    struct ibv_mr *mr;
    struct counters *counters;
};

/* For whom pools are made. */
struct memory_owner {
    struct ibv_pd *pd;
    struct regcache *cache;    /* its idle entries give way, or NULL */
    struct counters *counters; /* of what is pinned */
};

/*
 * Map and register `bytes` of zeroed memory for packets.
 * Errors   MPI_ERR_OTHER; why tells how to raise the memlock limit if that is
 *          what stands in the way
 */
int memory_create_pool(const struct memory_owner *owner, size_t bytes,
                       struct memory_pool *out, struct strbuf *why);
void memory_destroy_pool(struct memory_pool *pool);

/* Make the cache on first use; its budget is the setting regcache_bytes.
 * Errors   MPI_ERR_NO_MEM */
int memory_open_cache(struct verbs *v);
void memory_close_cache(struct verbs *v);

/* Append what is kept, and by what means. */
void memory_explain(struct verbs *v, struct strbuf *out);

/* transport_ops of these names. */
int memory_retain_region(struct endpoint *ep, void *address, size_t bytes,
                         enum region_use use, struct region **out);
void memory_release_region(struct transport *t, struct region *region);

/* The first rail's registration. */
struct ibv_mr *memory_registration(const struct regcache_entry *entry);

/* The key by which our own device of that rail knows the region; 0: not. */
uint32_t memory_local_key(const struct verbs *v, const struct region *region,
                          int rail);

#endif
