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
#include "transport/pageid.h"
#include "transport/regcache.h"
#include "transport/verbs/rail.h"
#include "transport/verbs/stripe.h"
#include "transport/verbs/verbs.h"
#include "transport/verbs/window.h"

/* A registered range: what the cache keeps, and the device's handle on it. */
struct verbs_region {
    struct regcache_entry entry;
    struct ibv_mr *mr;
    struct ibv_mr *second; /* the second rail's, or NULL */
    uint64_t pageid; /* see pageid.h; where each reuse is verified */
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

int memory_create_pool(const struct memory_owner *owner, size_t bytes,
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
        mr = ibv_reg_mr(owner->pd, memory, bytes, IBV_ACCESS_LOCAL_WRITE);
    while (!mr && errno == ENOMEM && owner->cache &&
           regcache_trim(owner->cache));
    if (!mr) {
        explain_failure(bytes, errno, why);
        munmap(memory, bytes);
        return MPI_ERR_OTHER;
    }
    *out = (struct memory_pool){ memory, bytes, mr, owner->counters };
    counter_pin(owner->counters, (int64_t)bytes);
    return MPI_SUCCESS;
}

void memory_destroy_pool(struct memory_pool *pool)
{
    if (!pool->mr)
        return;
    ibv_dereg_mr(pool->mr);
    counter_pin(pool->counters, -(int64_t)pool->bytes);
    munmap(pool->memory, pool->bytes);
}

/* Register for reading into, and for being read from where `use` says so;
 * memory that is read-only here can at least be read by the peer. */
static struct ibv_mr *register_range(struct ibv_pd *pd, void *start,
                                     size_t bytes, int access,
                                     bool *is_writable)
{
    *is_writable = true;
    struct ibv_mr *mr = ibv_reg_mr(pd, start, bytes,
                                   access | IBV_ACCESS_LOCAL_WRITE);
    if (mr || errno == ENOMEM)
        return mr;
    *is_writable = false;
    if (access & IBV_ACCESS_REMOTE_WRITE)
        return NULL;
    return ibv_reg_mr(pd, start, bytes, access);
}

/* For the second rail, too, where the range may be split between the two; a
 * write that way ends with a read (stripe.h). Without it all goes by the
 * first. */
static void register_second(struct verbs *v, const struct regcache_range *range,
                            struct verbs_region *region)
{
    const unsigned access = range->access & ~(unsigned)IBV_ACCESS_MW_BIND;
    bool is_writable;
    if (range->end - range->start < SPLIT_BYTES ||
        (range->access & IBV_ACCESS_REMOTE_WRITE &&
         !(range->access & IBV_ACCESS_REMOTE_READ)))
        return;
    region->second = register_range(v->rail->pd, (void *)range->start,
                                    range->end - range->start, (int)access,
                                    &is_writable);
    if (region->second)
        region->entry.region.key |= (uint64_t)region->second->rkey << 32;
    else
        log_debug("memory is not registered with %s: %s", v->rail->device.name,
                  strerror(errno));
}

static int create(void *arg, const struct regcache_range *range,
                  struct regcache_entry **out)
{
    struct verbs *v = arg;
    struct verbs_region *region = calloc(1, sizeof *region);
    if (!region)
        return MPI_ERR_OTHER;
    bool is_writable;
    region->mr = register_range(v->pd, (void *)range->start,
                                range->end - range->start, (int)range->access,
                                &is_writable);
    if (!region->mr) {
        int error = errno;
        free(region);
        errno = error;
        return error == ENOMEM || error == EAGAIN ? MPI_ERR_NO_MEM
                                                  : MPI_ERR_BUFFER;
    }
    region->entry.region.key = region->mr->rkey;
    if (v->rail)
        register_second(v, range, region);
    region->entry.can_be_kept = is_writable;
    *out = &region->entry;
    return MPI_SUCCESS;
}

/* The same, noting which pages they are. */
static int create_verified(void *arg, const struct regcache_range *range,
                           struct regcache_entry **out)
{
    int err = create(arg, range, out);
    if (err == MPI_SUCCESS)
        CONTAINER_OF(*out, struct verbs_region, entry)->pageid =
            pageid_of(range->start, range->end);
    return err;
}

static bool is_same(void *arg, const struct regcache_entry *entry)
{
    const struct verbs *v = arg;
    const struct verbs_region *region =
        CONTAINER_OF(entry, struct verbs_region, entry);
    if (region->pageid == 0 ||
        pageid_of(entry->start, entry->end) == region->pageid)
        return true;
    log_error("registered memory at %#lx is other memory now, and nobody told; "
              "please report this (device %s)", (unsigned long)entry->start,
              v->device.name);
    return false;
}

static void destroy_entry(void *arg, struct regcache_entry *entry)
{
    struct verbs_region *region = CONTAINER_OF(entry, struct verbs_region,
                                               entry);
    int status = region->second ? ibv_dereg_mr(region->second) : 0;
    if (status == 0)
        status = ibv_dereg_mr(region->mr);
    if (status != 0)
        log_warn("cannot deregister memory: %s", strerror(status));
    free(region);
}

/* Half of what may be pinned: of the memlock limit, which every process has
 * for itself and where two rails count twice, or of this rank's share of the
 * machine's memory. */
static size_t choose_budget(const struct verbs *v)
{
    const struct process *p = v->base.process;
    const size_t rails = v->rail ? 2 : 1;
    struct rlimit limit;
    if (settings.regcache_bytes)
        return settings.regcache_bytes;
    size_t share = (size_t)sysconf(_SC_PHYS_PAGES) *
                   (size_t)sysconf(_SC_PAGESIZE) /
                   (size_t)(p->local_count > 0 ? p->local_count : 1);
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
        limit.rlim_cur / rails < share)
        share = limit.rlim_cur / rails;
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

/* The setting regcache; see docs/verbs.md for what each exposes. */
enum mode { MODE_KEEP, MODE_VERIFY, MODE_STRICT, MODE_NO, MODE_COUNT };

static enum mode choose_mode(void)
{
    static const char *const names[] = { "keep", "verify", "strict", "no" };
    int mode = MODE_KEEP;
    while (mode < MODE_COUNT && strcmp(settings.regcache, names[mode]) != 0)
        mode++;
    if (mode == MODE_COUNT) {
        log_warn("BATON_REGCACHE=%s: expected keep, verify, strict or no; "
                 "taking keep", settings.regcache);
        return MODE_KEEP;
    }
    int probe = 0;
    if (mode == MODE_VERIFY &&
        pageid_of((uintptr_t)&probe & ~(uintptr_t)4095,
                  ((uintptr_t)&probe & ~(uintptr_t)4095) + 4096) == 0) {
        log_warn("BATON_REGCACHE=verify: the kernel shows page numbers to root "
                 "alone; taking keep");
        return MODE_KEEP;
    }
    return (enum mode)mode;
}

/* Strict: what peers may read is shown for one transfer by a window, if there
 * is something kept to show, or registered for it. */
static int open_exposures(struct verbs *v, const struct regcache_config *kept)
{
    struct regcache_config config = *kept;
    config.watch = NULL;
    int err = regcache_create(&config, &v->exposures);
    return err == MPI_SUCCESS && v->memwatch ? windows_open(v) : err;
}

int memory_open_cache(struct verbs *v)
{
    if (v->regcache)
        return MPI_SUCCESS;
    struct regcache_watch watch;
    enum mode mode = choose_mode();
    const struct regcache_config config = {
        .ops = { .create = mode == MODE_VERIFY ? create_verified : create,
                 .destroy = destroy_entry,
                 .is_same = mode == MODE_VERIFY ? is_same : NULL,
                 .arg = v },
        .watch = mode == MODE_NO ? NULL : open_watch(v, &watch),
        .budget_bytes = choose_budget(v),
        .counters = v->base.process->counters };
    int err = regcache_create(&config, &v->regcache);
    if (err == MPI_SUCCESS && mode == MODE_STRICT)
        err = open_exposures(v, &config);
    v->receive.owner.cache = v->regcache;
    return err;
}

void memory_close_cache(struct verbs *v)
{
    windows_close(v);
    if (v->exposures)
        regcache_destroy(v->exposures);
    if (v->regcache)
        regcache_destroy(v->regcache);
    if (v->memwatch)
        memwatch_close(v->memwatch);
}

static const char *how_kept(const struct verbs *v)
{
    if (!v->memwatch)
        return choose_mode() == MODE_NO ? "not kept (BATON_REGCACHE=no)"
                                        : "not kept (no userfaultfd)";
    return memwatch_asks_kernel(v->memwatch)
               ? "kept (userfaultfd, asked at each use because of threads)"
               : "kept (userfaultfd)";
}

void memory_explain(struct verbs *v, struct strbuf *out)
{
    memory_open_cache(v);
    strbuf_printf(out, "registrations %s", how_kept(v));
    if (v->exposures)
        strbuf_puts(out, v->windows
                             ? ", shown to one peer for a transfer by memory "
                               "windows"
                             : ", none that a peer could read");
}

static COLD int make_error(struct verbs *v, size_t bytes, int error)
{
    struct strbuf why;
    strbuf_init(&why);
    explain_failure(bytes, error, &why);
    int err = error_make(MPI_ERR_OTHER, "rank %d on %s, device %s: %s",
                         v->base.process->world, v->base.process->host,
                         v->device.name, why.text);
    strbuf_fini(&why);
    return err;
}

/* For one transfer; what is kept gives way when too much is pinned. */
static int expose(struct verbs *v, const struct slice *memory, unsigned access,
                  struct regcache_entry **out)
{
    int err;
    do
        err = regcache_retain(v->exposures, memory->address, memory->bytes,
                              access, out);
    while (err == MPI_ERR_NO_MEM && regcache_trim(v->regcache));
    return err;
}

/* A buffer that was sent is often received into next, and the other way
 * round, so what is kept may be read; written only where a peer has to. */
static const unsigned kept_access[] = {
    [REGION_LOCAL] = IBV_ACCESS_REMOTE_READ,
    [REGION_EXPOSED] = IBV_ACCESS_REMOTE_READ,
    [REGION_TARGET] = IBV_ACCESS_REMOTE_READ | IBV_ACCESS_REMOTE_WRITE,
};

static const unsigned strict_access[] = {
    [REGION_EXPOSED] = IBV_ACCESS_REMOTE_READ,
    [REGION_TARGET] = IBV_ACCESS_REMOTE_WRITE,
};

static int retain_strictly(struct connection *c, const struct slice *memory,
                           enum region_use use, struct region **out)
{
    struct verbs *v = verbs_of(c);
    struct regcache_entry *entry;
    int err;
    if (use == REGION_LOCAL)
        err = regcache_retain(v->regcache, memory->address, memory->bytes,
                              v->windows ? IBV_ACCESS_MW_BIND : 0, &entry);
    else if (v->windows && (*out = window_show(c, memory, use)) != NULL)
        return MPI_SUCCESS;
    else
        err = expose(v, memory, strict_access[use], &entry);
    if (err == MPI_SUCCESS)
        *out = &entry->region;
    return err;
}

/* What memory_retain_region does when nothing is kept that serves. */
static NO_INLINE int retain_rarely(struct connection *c,
                                   const struct slice *memory,
                                   enum region_use use, struct region **out)
{
    struct verbs *v = verbs_of(c);
    struct regcache_entry *entry;
    int err = memory_open_cache(v);
    if (err != MPI_SUCCESS)
        return err;
    if (v->exposures) {
        err = retain_strictly(c, memory, use, out);
    } else {
        err = regcache_retain(v->regcache, memory->address, memory->bytes,
                              kept_access[use], &entry);
        if (LIKELY(err == MPI_SUCCESS))
            *out = &entry->region;
    }
    return LIKELY(err == MPI_SUCCESS) ? err
                                      : make_error(v, memory->bytes, errno);
}

int memory_retain_region(struct endpoint *ep, void *address, size_t bytes,
                         enum region_use use, struct region **out)
{
    struct connection *c = CONTAINER_OF(ep, struct connection, base);
    struct verbs *v = verbs_of(c);
    if (LIKELY(v->regcache != NULL) && LIKELY(!v->exposures)) {
        struct regcache_entry *entry =
            regcache_hit(v->regcache, address, bytes, kept_access[use]);
        if (LIKELY(entry != NULL)) {
            *out = &entry->region;
            return MPI_SUCCESS;
        }
    }
    return retain_rarely(c, &(struct slice){ address, bytes }, use, out);
}

void memory_release_region(struct transport *t, struct region *region)
{
    struct verbs *v = CONTAINER_OF(t, struct verbs, base);
    if (UNLIKELY(v->windows != NULL) && window_release(v, region))
        return;
    regcache_release(CONTAINER_OF(region, struct regcache_entry, region));
}

struct ibv_mr *memory_registration(const struct regcache_entry *entry)
{
    return CONTAINER_OF(entry, struct verbs_region, entry)->mr;
}

uint32_t memory_local_key(const struct verbs *v, const struct region *region,
                          int rail)
{
    const struct regcache_entry *entry = UNLIKELY(v->windows != NULL)
        ? window_look_behind(v, region)
        : CONTAINER_OF(region, struct regcache_entry, region);
    const struct verbs_region *r =
        CONTAINER_OF(entry, struct verbs_region, entry);
    if (rail == 0)
        return r->mr->lkey;
    return r->second ? r->second->lkey : 0;
}
