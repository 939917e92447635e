/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kept entries, in a sorted array: few, read often, changed rarely.
 *
 * A range that overlaps kept entries without being inside one gets an entry
 * for the union, which takes their place; so buffers that grow or wander do
 * not pile up. Memory that cannot be watched or written is registered for
 * itself and dropped with its last reference.
 */
#include "transport/regcache.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpi.h>

/* Each entry can cost the process two more mappings, of some 65,000. */
enum { KEPT_MAX = 8192 };

struct regcache {
    struct regcache_ops ops;
    struct regcache_watch watch;
    bool has_watch;
    size_t budget_bytes;
    uintptr_t page_mask;
    struct regcache_entry **kept; /* by address */
    size_t kept_count;
    size_t kept_size;             /* of the array */
    struct list idle;
    size_t idle_bytes;
    uint64_t hits;
};

int regcache_create(const struct regcache_ops *ops,
                    const struct regcache_watch *watch, size_t budget_bytes,
                    struct regcache **out)
{
    struct regcache *c = calloc(1, sizeof *c);
    if (!c)
        return MPI_ERR_NO_MEM;
    c->ops = *ops;
    if (watch)
        c->watch = *watch;
    c->has_watch = watch != NULL;
    c->budget_bytes = budget_bytes;
    c->page_mask = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
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

uint64_t regcache_hits(const struct regcache *c)
{
    return c->hits;
}

/* ---- the sorted array ---- */

/* Place of the first kept entry that ends above `address`. */
static size_t place_of(const struct regcache *c, uintptr_t address)
{
    size_t low = 0, high = c->kept_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->kept[middle]->end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct regcache_entry *find(const struct regcache *c, uintptr_t start,
                                   uintptr_t end)
{
    size_t i = place_of(c, start);
    if (i == c->kept_count || c->kept[i]->start > start ||
        c->kept[i]->end < end)
        return NULL;
    return c->kept[i];
}

static bool has_room(struct regcache *c)
{
    if (c->kept_count < c->kept_size)
        return true;
    if (c->kept_size == KEPT_MAX)
        return false;
    size_t size = c->kept_size ? 2 * c->kept_size : 64;
    struct regcache_entry **grown = realloc(c->kept, size * sizeof *grown);
    if (!grown)
        return false;
    c->kept = grown;
    c->kept_size = size;
    return true;
}

static void insert(struct regcache *c, struct regcache_entry *entry)
{
    size_t i = place_of(c, entry->start);
    memmove(c->kept + i + 1, c->kept + i,
            (c->kept_count - i) * sizeof(struct regcache_entry *));
    c->kept[i] = entry;
    c->kept_count++;
    entry->is_kept = true;
}

/* Take entry i out of the array; destroy it now, or when it is released. */
static void detach(struct regcache *c, size_t i)
{
    struct regcache_entry *entry = c->kept[i];
    c->kept_count--;
    memmove(c->kept + i, c->kept + i + 1,
            (c->kept_count - i) * sizeof(struct regcache_entry *));
    entry->is_kept = false;
    if (entry->references)
        return;
    list_remove(&entry->link);
    c->idle_bytes -= entry->end - entry->start;
    c->ops.destroy(c->ops.arg, entry);
}

/* Detach an entry that nothing takes the place of. */
static void drop(struct regcache *c, struct regcache_entry *entry)
{
    c->watch.remove(c->watch.arg, entry->start, entry->end);
    detach(c, place_of(c, entry->start));
}

static bool evict_oldest(struct regcache *c)
{
    struct list *oldest = list_first(&c->idle);
    if (!oldest)
        return false;
    drop(c, CONTAINER_OF(oldest, struct regcache_entry, link));
    return true;
}

bool regcache_trim(struct regcache *c)
{
    bool has_any = false;
    while (evict_oldest(c))
        has_any = true;
    return has_any;
}

/* ---- memory that leaves ---- */

static void forget(struct regcache *c, uintptr_t start, uintptr_t end)
{
    size_t i;
    while ((i = place_of(c, start)) < c->kept_count && c->kept[i]->start < end)
        drop(c, c->kept[i]);
}

/* Forget all that has left by now; false when nothing had. */
static bool take_news(struct regcache *c)
{
    uintptr_t start, end;
    bool has_any = false;
    while (c->watch.next(c->watch.arg, &start, &end)) {
        forget(c, start, end);
        has_any = true;
    }
    return has_any;
}

/*
 * A kept entry that covers the range and is proven to be valid. The look comes
 * before the last reading of the news: what it finds unchanged, the news tell
 * all about.
 */
static struct regcache_entry *find_valid(struct regcache *c, uintptr_t start,
                                         uintptr_t end)
{
    struct regcache_entry *entry;
    take_news(c);
    while ((entry = find(c, start, end)) != NULL) {
        switch (c->watch.look(c->watch.arg, entry->start)) {
        case SIGHT_SAME:
            if (!take_news(c))
                return entry;
            break;
        case SIGHT_CHANGING:
            sched_yield();
            take_news(c);
            break;
        case SIGHT_GONE:
            drop(c, entry);
            break;
        }
    }
    return NULL;
}

/* ---- retaining ---- */

/* Register, with idle entries giving way as long as that may help. */
static int create(struct regcache *c, uintptr_t start, uintptr_t end,
                  struct regcache_entry **out)
{
    int err;
    do
        err = c->ops.create(c->ops.arg, start, end, out);
    while (err == MPI_ERR_NO_MEM && evict_oldest(c));
    if (err != MPI_SUCCESS)
        return err;
    struct regcache_entry *entry = *out;
    entry->start = start;
    entry->end = end;
    entry->references = 1;
    entry->is_kept = false;
    list_init(&entry->link);
    return MPI_SUCCESS;
}

/* Widen the range to the union with all that it overlaps. */
static void widen(const struct regcache *c, uintptr_t *start, uintptr_t *end)
{
    size_t i = place_of(c, *start);
    if (i < c->kept_count && c->kept[i]->start < *start)
        *start = c->kept[i]->start;
    for (; i < c->kept_count && c->kept[i]->start < *end; i++)
        if (c->kept[i]->end > *end)
            *end = c->kept[i]->end;
}

/*
 * Make an entry that takes the place of all it overlaps; NULL when it cannot
 * or should not be kept. The others go before the watch begins, for an
 * eviction ends the watch over what it evicts.
 */
static struct regcache_entry *create_kept(struct regcache *c, uintptr_t start,
                                          uintptr_t end)
{
    struct regcache_entry *entry;
    size_t i;
    widen(c, &start, &end);
    if (end - start > c->budget_bytes || !has_room(c))
        return NULL;
    while ((i = place_of(c, start)) < c->kept_count && c->kept[i]->start < end)
        detach(c, i);
    if (!c->watch.add(c->watch.arg, start, end))
        return NULL;
    if (create(c, start, end, &entry) == MPI_SUCCESS) {
        if (entry->can_be_kept) {
            insert(c, entry);
            return entry;
        }
        c->ops.destroy(c->ops.arg, entry);
    }
    c->watch.remove(c->watch.arg, start, end);
    return NULL;
}

int regcache_retain(struct regcache *c, const void *address, size_t bytes,
                    struct regcache_entry **out)
{
    uintptr_t start = (uintptr_t)address & ~c->page_mask;
    uintptr_t end = ((uintptr_t)address + bytes + c->page_mask) &
                    ~c->page_mask;
    struct regcache_entry *entry;
    if (!c->has_watch)
        return create(c, start, end, out);
    entry = find_valid(c, start, end);
    if (entry) {
        c->hits++;
        if (entry->references++ == 0) {
            list_remove(&entry->link);
            c->idle_bytes -= entry->end - entry->start;
        }
        *out = entry;
        return MPI_SUCCESS;
    }
    entry = create_kept(c, start, end);
    if (!entry)
        return create(c, start, end, out);
    *out = entry;
    return MPI_SUCCESS;
}

void regcache_release(struct regcache *c, struct regcache_entry *entry)
{
    if (--entry->references > 0)
        return;
    if (!entry->is_kept) {
        c->ops.destroy(c->ops.arg, entry);
        return;
    }
    list_append(&c->idle, &entry->link);
    c->idle_bytes += entry->end - entry->start;
    while (c->idle_bytes > c->budget_bytes)
        evict_oldest(c);
}
