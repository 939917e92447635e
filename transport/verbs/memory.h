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

/*
 * Map and register `bytes` of zeroed memory for packets.
 * Errors   MPI_ERR_OTHER; why tells how to raise the memlock limit if that is
 *          what stands in the way
 */
int memory_create_pool(struct ibv_pd *pd, size_t bytes, void **memory,
                       struct ibv_mr **mr, struct strbuf *why);
void memory_destroy_pool(struct ibv_mr *mr, void *memory, size_t bytes);

/* The cache for v->pd; its budget is the setting regcache_bytes. */
int memory_open_cache(struct verbs *v);

/* transport_ops of these names. */
int memory_retain_region(struct transport *t, void *address, size_t bytes,
                         struct region **out);
void memory_release_region(struct transport *t, struct region *region);

/* The key by which our own device knows the region. */
uint32_t memory_local_key(const struct region *region);

#endif
