/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registration. Packet pools get mappings of their own, because libibverbs may
 * mark registered pages as not to be inherited by a child process, and a
 * child must not lose pages of the user's heap over that.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/memwatch.h"
#include "transport/regcache.h"
#include "transport/verbs/verbs.h"

/* A registered range: what the cache keeps, and the device's handle on it. */
struct verbs_region {
    struct regcache_entry entry;
    struct ibv_mr *mr;
};

/* Say why `bytes` could not be registered. */
static void explain_failure(size_t bytes, int error, struct strbuf *why)
{
    struct rlimit limit;
    if ((error == ENOMEM || error == EAGAIN) &&
        getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
        limit.rlim_cur != RLIM_INFINITY)
        strbuf_printf(why, "cannot pin %zu KiB of memory for the device: the "
                      "memlock limit is %llu KiB; raise it with \"ulimit -l "
                      "unlimited\" or the line \"* - memlock unlimited\" in "
                      "/etc/security/limits.conf", (bytes + 1023) / 1024,
                      (unsigned long long)limit.rlim_cur / 1024);
    else
        strbuf_printf(why, "cannot register %zu KiB of memory with the "
                      "device: %s", (bytes + 1023) / 1024, strerror(error));
}

int memory_create_pool(struct ibv_pd *pd, struct regcache *cache, size_t bytes,
                       struct memory_pool *out, struct strbuf *why)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        strbuf_printf(why, "out of memory (%zu KiB)", bytes / 1024);
        return MPI_ERR_OTHER;
    }
    struct ibv_mr *mr;
    do
        mr = ibv_reg_mr(pd, memory, bytes, IBV_ACCESS_LOCAL_WRITE);
    while (!mr && errno == ENOMEM && cache && regcache_trim(cache));
    if (!mr) {
        explain_failure(bytes, errno, why);
        munmap(memory, bytes);
        return MPI_ERR_OTHER;
    }
    *out = (struct memory_pool){ memory, bytes, mr };
    return MPI_SUCCESS;
}

void memory_destroy_pool(struct memory_pool *pool)
{
    if (!pool->mr)
        return;
    ibv_dereg_mr(pool->mr);
    munmap(pool->memory, pool->bytes);
}

/* Register for reading into and reading from; memory that is read-only here
 * can at least be read by the peer. */
static struct ibv_mr *register_range(struct ibv_pd *pd, void *start,
                                     size_t bytes, bool *is_writable)
{
    *is_writable = true;
    struct ibv_mr *mr = ibv_reg_mr(pd, start, bytes, IBV_ACCESS_LOCAL_WRITE |
                                                     IBV_ACCESS_REMOTE_READ);
    if (mr || errno == ENOMEM)
        return mr;
    *is_writable = false;
    return ibv_reg_mr(pd, start, bytes, IBV_ACCESS_REMOTE_READ);
}

static int create_entry(void *arg, uintptr_t start, uintptr_t end,
                        struct regcache_entry **out)
{
    struct verbs *v = arg;
    struct verbs_region *region = calloc(1, sizeof *region);
    if (!region)
        return MPI_ERR_OTHER;
    bool is_writable;
    region->mr = register_range(v->pd, (void *)start, end - start,
                                &is_writable);
    if (!region->mr) {
        int error = errno;
        free(region);
        errno = error;
        return error == ENOMEM || error == EAGAIN ? MPI_ERR_NO_MEM
                                                  : MPI_ERR_BUFFER;
    }
    region->entry.region.key = region->mr->rkey;
    region->entry.can_be_kept = is_writable;
    *out = &region->entry;
    return MPI_SUCCESS;
}

static void destroy_entry(void *arg, struct regcache_entry *entry)
{
    struct verbs_region *region = CONTAINER_OF(entry, struct verbs_region,
                                               entry);
    int status = ibv_dereg_mr(region->mr);
    if (status != 0)
        log_warn("cannot deregister memory: %s", strerror(status));
    free(region);
}

/* Half of what may be pinned: of the memlock limit, which every process has
 * for itself, or of this rank's share of the machine's memory. */
static size_t choose_budget(const struct process *p)
{
    struct rlimit limit;
    if (settings.regcache_bytes)
        return settings.regcache_bytes;
    size_t share = (size_t)sysconf(_SC_PHYS_PAGES) *
                   (size_t)sysconf(_SC_PAGESIZE) /
                   (size_t)(p->local_count > 0 ? p->local_count : 1);
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur < share)
        share = limit.rlim_cur;
    return share / 2;
}

/* Watch over what is kept; NULL, with the reason logged, when that cannot be
 * or nothing shall be kept. */
static const struct regcache_watch *open_watch(struct verbs *v,
                                               struct regcache_watch *watch)
{
    const struct process *p = v->base.process;
    const struct memwatch_threads threads = {
        .are_declared = p->may_have_threads,
        .of_library = p->library_threads };
    struct strbuf why;
    strbuf_init(&why);
    if (memwatch_open(&threads, &v->memwatch, &why) == MPI_SUCCESS)
        *watch = memwatch_interface(v->memwatch);
    else
        log_debug("registered memory is not kept for reuse: %s", why.text);
    strbuf_fini(&why);
    return v->memwatch ? watch : NULL;
}

int memory_open_cache(struct verbs *v)
{
    if (v->regcache)
        return MPI_SUCCESS;
    struct regcache_watch watch;
    const struct regcache_config config = {
        .ops = { create_entry, destroy_entry, v },
        .watch = open_watch(v, &watch),
        .budget_bytes = choose_budget(v->base.process),
        .counters = v->base.process->counters };
    int err = regcache_create(&config, &v->regcache);
    v->receive.cache = v->regcache;
    return err;
}

void memory_close_cache(struct verbs *v)
{
    if (v->regcache)
        regcache_destroy(v->regcache);
    if (v->memwatch)
        memwatch_close(v->memwatch);
}

int memory_retain_region(struct transport *t, void *address, size_t bytes,
                         struct region **out)
{
    struct verbs *v = CONTAINER_OF(t, struct verbs, base);
    struct regcache_entry *entry;
    int err = memory_open_cache(v);
    if (UNLIKELY(err != MPI_SUCCESS))
        return err;
    err = regcache_retain(v->regcache, address, bytes, &entry);
    if (LIKELY(err == MPI_SUCCESS)) {
        *out = &entry->region;
        return MPI_SUCCESS;
    }
    struct strbuf why;
    strbuf_init(&why);
    explain_failure(bytes, errno, &why);
    err = error_make(MPI_ERR_OTHER, "rank %d on %s, device %s: %s",
                     t->process->world, t->process->host, v->device.name,
                     why.text);
    strbuf_fini(&why);
    return err;
}

void memory_release_region(struct transport *t, struct region *region)
{
    struct verbs *v = CONTAINER_OF(t, struct verbs, base);
    regcache_release(v->regcache, CONTAINER_OF(region, struct regcache_entry,
                                               region));
}

uint32_t memory_local_key(const struct region *region)
{
    const struct verbs_region *r =
        CONTAINER_OF(region, struct verbs_region, entry.region);
    return r->mr->lkey;
}
