/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kept entries, in an array sorted by address: few, read often, changed
 * rarely. The bounds stand in the array itself, so that a search touches
 * nothing else.
 *
 * A range that overlaps kept entries without being inside one gets an entry
 * for the union, which takes their place; so buffers that grow or wander do
 * not pile up. Neighbours stay apart: a union would register the pages of both
 * again, and nothing is found faster by it. Memory that cannot be watched or
 * written is registered for itself and dropped with its last reference.
 */
#include "transport/regcache.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/platform.h"

/* Each entry can cost the process two more mappings, of some 65,000. */
enum { KEPT_MAX = 8192 };

#define NEVER UINT64_MAX /* no turn of any watch */

struct place {
    uintptr_t start;
    uintptr_t end;
    struct regcache_entry *entry;
};

struct regcache {
    struct regcache_ops ops;
    struct regcache_watch watch;
    bool has_watch;
    uint64_t turn;         /* of the watch, before its last news were taken */
    size_t budget_bytes;
    size_t pinned_bytes;   /* in all entries alive */
    uintptr_t page_mask;
    struct place *kept;    /* by address */
    size_t kept_count;
    size_t kept_size;      /* of the array */
    struct list idle;
    struct counters *counters;
};

int regcache_create(const struct regcache_config *config,
                    struct regcache **out)
{
    struct regcache *c = calloc(1, sizeof *c);
    if (!c)
        return MPI_ERR_NO_MEM;
    c->ops = config->ops;
    c->has_watch = config->watch != NULL;
    if (c->has_watch)
        c->watch = *config->watch;
    c->turn = NEVER;
    c->budget_bytes = config->budget_bytes;
    c->page_mask = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
    c->counters = config->counters;
    list_init(&c->idle);
    *out = c;
    return MPI_SUCCESS;
}

void regcache_destroy(struct regcache *c)
{
    regcache_trim(c);
    free(c->kept);
    free(c);
}

static size_t bytes_of(const struct regcache_entry *entry)
{
    return entry->end - entry->start;
}

static void destroy(struct regcache *c, struct regcache_entry *entry)
{
    c->pinned_bytes -= bytes_of(entry);
    counter_pin(c->counters, -(int64_t)bytes_of(entry));
    c->ops.destroy(c->ops.arg, entry);
}

/* ---- the sorted array ---- */

/* The first kept place that ends above `address`, or the end of the array. */
static inline const struct place *place_of(const struct regcache *c,
                                           uintptr_t address)
{
    const struct place *low = c->kept;
    size_t count = c->kept_count;
    if (UNLIKELY(count == 0))
        return low;
    while (count > 1) {
        size_t half = count / 2;
        low = low[half - 1].end <= address ? low + half : low;
        count -= half;
    }
    return low + (low->end <= address);
}

static inline size_t index_of(const struct regcache *c, uintptr_t address)
{
    return (size_t)(place_of(c, address) - c->kept);
}

static void insert(struct regcache *c, struct regcache_entry *entry)
{
    size_t i = index_of(c, entry->start);
    memmove(c->kept + i + 1, c->kept + i,
            (c->kept_count - i) * sizeof(struct place));
    c->kept[i] = (struct place){ entry->start, entry->end, entry };
    c->kept_count++;
    entry->is_kept = true;
}

/* Take entry i out of the array; destroy it now, or when it is released. */
static void detach(struct regcache *c, size_t i)
{
    struct regcache_entry *entry = c->kept[i].entry;
    c->kept_count--;
    memmove(c->kept + i, c->kept + i + 1,
            (c->kept_count - i) * sizeof(struct place));
    entry->is_kept = false;
    if (entry->references)
        return;
    list_remove(&entry->link);
    destroy(c, entry);
}

/* Detach an entry that nothing takes the place of. */
static void drop(struct regcache *c, struct regcache_entry *entry)
{
    c->watch.remove(c->watch.arg, entry->start, entry->end);
    detach(c, index_of(c, entry->start));
}

static bool evict_oldest(struct regcache *c)
{
    struct list *oldest = list_first(&c->idle);
    if (!oldest)
        return false;
    drop(c, CONTAINER_OF(oldest, struct regcache_entry, link));
    counter_add(c->counters, COUNTER_REGISTRATIONS_EVICTED, 1);
    return true;
}

/* Make the idle give way until `bytes` more are within the budget. More than
 * the budget at once is not for the cache, which would be emptied in vain. */
static void keep_budget(struct regcache *c, size_t bytes)
{
    if (bytes > c->budget_bytes)
        return;
    while (c->pinned_bytes + bytes > c->budget_bytes && evict_oldest(c))
        ;
}

bool regcache_trim(struct regcache *c)
{
    bool has_any = false;
    while (evict_oldest(c))
        has_any = true;
    return has_any;
}

static bool has_room(struct regcache *c)
{
    if (c->kept_count < c->kept_size)
        return true;
    if (c->kept_size == KEPT_MAX)
        return evict_oldest(c);
    size_t size = c->kept_size ? 2 * c->kept_size : 64;
    struct place *grown = realloc(c->kept, size * sizeof *grown);
    if (!grown)
        return false;
    c->kept = grown;
    c->kept_size = size;
    return true;
}

/* ---- memory that leaves ---- */

static void forget(struct regcache *c, uintptr_t start, uintptr_t end)
{
    size_t i;
    while ((i = index_of(c, start)) < c->kept_count &&
           c->kept[i].start < end) {
        drop(c, c->kept[i].entry);
        counter_add(c->counters, COUNTER_REGISTRATIONS_INVALID, 1);
    }
}

/* The turn is taken before the news: news that come later change it. */
static NO_INLINE void take_news(struct regcache *c)
{
    uintptr_t start, end;
    c->watch.settle(c->watch.arg);
    uint64_t turn = atomic_load(c->watch.turn);
    c->turn = turn % WATCH_STILL == 0 ? turn : NEVER;
    while (c->watch.next(c->watch.arg, &start, &end))
        forget(c, start, end);
}

/* Forget all that had left the process when this was called. */
static inline void forget_what_left(struct regcache *c)
{
    if (UNLIKELY(atomic_load_explicit(c->watch.turn, memory_order_acquire) !=
                 c->turn))
        take_news(c);
}

/* ---- retaining ---- */

/* Register, with idle entries giving way as long as that may help. */
static int create(struct regcache *c, const struct regcache_range *range,
                  struct regcache_entry **out)
{
    const size_t bytes = range->end - range->start;
    int err;
    keep_budget(c, bytes);
    do
        err = c->ops.create(c->ops.arg, range, out);
    while (err == MPI_ERR_NO_MEM && evict_oldest(c));
    if (err != MPI_SUCCESS)
        return err;
    struct regcache_entry *entry = *out;
    entry->start = range->start;
    entry->end = range->end;
    entry->access = range->access;
    entry->references = 1;
    entry->is_kept = false;
    entry->cache = c;
    list_init(&entry->link);
    c->pinned_bytes += bytes;
    counter_add(c->counters, COUNTER_REGISTRATIONS, 1);
    counter_pin(c->counters, (int64_t)bytes);
    return MPI_SUCCESS;
}

/* Widen the range to the union with all that it overlaps. */
static struct regcache_range widen(const struct regcache *c,
                                   const struct regcache_range *range)
{
    struct regcache_range all = *range;
    size_t i = index_of(c, all.start);
    if (i < c->kept_count && c->kept[i].start < all.start)
        all.start = c->kept[i].start;
    for (; i < c->kept_count && c->kept[i].start < all.end; i++) {
        all.access |= c->kept[i].entry->access;
        if (c->kept[i].end > all.end)
            all.end = c->kept[i].end;
    }
    return all;
}

/*
 * Make an entry that takes the place of all it overlaps; NULL when it cannot
 * or should not be kept. The others go before the watch begins, for an
 * eviction ends the watch over what it evicts.
 */
static struct regcache_entry *create_kept(struct regcache *c,
                                          const struct regcache_range *range)
{
    struct regcache_entry *entry;
    size_t i;
    const struct regcache_range all = widen(c, range);
    if (all.end - all.start > c->budget_bytes || !has_room(c))
        return NULL;
    while ((i = index_of(c, all.start)) < c->kept_count &&
           c->kept[i].start < all.end)
        detach(c, i);
    if (!c->watch.add(c->watch.arg, all.start, all.end))
        return NULL;
    if (create(c, &all, &entry) == MPI_SUCCESS) {
        if (entry->can_be_kept) {
            insert(c, entry);
            return entry;
        }
        destroy(c, entry);
    }
    c->watch.remove(c->watch.arg, all.start, all.end);
    return NULL;
}

/* What regcache_retain does for a range that is not kept. */
static NO_INLINE int register_range(struct regcache *c,
                                    const struct regcache_range *range,
                                    struct regcache_entry **out)
{
    struct regcache_entry *entry = NULL;
    if (c->has_watch)
        entry = create_kept(c, range);
    if (!entry)
        return create(c, range, out);
    *out = entry;
    return MPI_SUCCESS;
}

/* Has the entry the pages it had? If not, it is forgotten. */
static COLD bool verify(struct regcache *c, struct regcache_entry *entry)
{
    if (c->ops.is_same(c->ops.arg, entry))
        return true;
    drop(c, entry);
    counter_add(c->counters, COUNTER_REGISTRATIONS_WRONG, 1);
    return false;
}

/* The kept entry that holds the range, or NULL. */
static inline struct regcache_entry *find(const struct regcache *c,
                                          uintptr_t start, uintptr_t end,
                                          unsigned access)
{
    const struct place *p = place_of(c, start);
    if (UNLIKELY(p == c->kept + c->kept_count) || UNLIKELY(p->start > start) ||
        UNLIKELY(p->end < end))
        return NULL;
    struct regcache_entry *entry = p->entry;
    return LIKELY((entry->access & access) == access) ? entry : NULL;
}

struct regcache_entry *regcache_hit(struct regcache *c, const void *address,
                                    size_t bytes, unsigned access)
{
    if (UNLIKELY(!c->has_watch))
        return NULL;
    forget_what_left(c);
    struct regcache_entry *entry =
        find(c, (uintptr_t)address, (uintptr_t)address + bytes, access);
    if (UNLIKELY(!entry))
        return NULL;
    if (UNLIKELY(c->ops.is_same != NULL) && !verify(c, entry))
        return NULL;
    counter_add(c->counters, COUNTER_REGISTRATION_HITS, 1);
    if (entry->references++ == 0)
        list_remove(&entry->link);
    return entry;
}

int regcache_retain(struct regcache *c, const void *address, size_t bytes,
                    unsigned access, struct regcache_entry **out)
{
    struct regcache_entry *entry = regcache_hit(c, address, bytes, access);
    if (UNLIKELY(!entry)) {
        const struct regcache_range range = {
            (uintptr_t)address & ~c->page_mask,
            ((uintptr_t)address + bytes + c->page_mask) & ~c->page_mask, access
        };
        return register_range(c, &range, out);
    }
    *out = entry;
    return MPI_SUCCESS;
}

void regcache_release(struct regcache_entry *entry)
{
    struct regcache *c = entry->cache;
    if (--entry->references > 0)
        return;
    if (UNLIKELY(!entry->is_kept)) {
        destroy(c, entry);
        return;
    }
    list_append(&c->idle, &entry->link);
    if (UNLIKELY(c->pinned_bytes > c->budget_bytes))
        keep_budget(c, 0);
}
