/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registration cache without a watch: each retained range is registered
 * by itself and dropped with its last reference.
 */
#include "transport/regcache.h"

#include <stdlib.h>
#include <unistd.h>

#include <mpi.h>

struct regcache {
    struct regcache_ops ops;
    void *arg;
    size_t budget_bytes;
    uintptr_t page_mask;
};

int regcache_create(const struct regcache_ops *ops, void *arg,
                    size_t budget_bytes, struct regcache **out)
{
    struct regcache *c = calloc(1, sizeof *c);
    if (!c)
        return MPI_ERR_NO_MEM;
    c->ops = *ops;
    c->arg = arg;
    c->budget_bytes = budget_bytes;
    c->page_mask = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
    *out = c;
    return MPI_SUCCESS;
}

void regcache_destroy(struct regcache *c)
{
    free(c);
}

int regcache_retain(struct regcache *c, const void *address, size_t bytes,
                    struct regcache_entry **out)
{
    uintptr_t start = (uintptr_t)address & ~c->page_mask;
    uintptr_t end = ((uintptr_t)address + bytes + c->page_mask) &
                    ~c->page_mask;
    struct regcache_entry *entry;
    int err = c->ops.create(c->arg, start, end, &entry);
    if (err != MPI_SUCCESS)
        return err;
    entry->start = start;
    entry->end = end;
    entry->references = 1;
    *out = entry;
    return MPI_SUCCESS;
}

void regcache_release(struct regcache *c, struct regcache_entry *entry)
{
    if (--entry->references == 0)
        c->ops.destroy(c->arg, entry);
}
