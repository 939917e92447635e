/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the registration cache takes to find a buffer, with the kernel's watch
 * over memory and a device that is made up.
 *
 *   regcache              nanoseconds, with one thread and with threads
 *   regcache COUNT        COUNT searches among 16 buffers in find_once, for
 *                         valgrind --tool=callgrind --toggle-collect=find_once
 *                         (which knows no userfaultfd, so without a watch)
 *
 * Buffers are asked for in an order without a pattern.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <mpi.h>

#include "runtime/base/clock.h"
#include "runtime/base/platform.h"
#include "transport/memwatch.h"
#include "transport/regcache.h"

enum { BUFFER = 64 << 10, GAP = 4096, SEARCHES = 2000000, MOST = 4096 };

static struct counters counters;

static int create(void *arg, const struct regcache_range *range,
                  struct regcache_entry **out)
{
    (void)arg, (void)range;
    *out = calloc(1, sizeof **out);
    if (!*out)
        return MPI_ERR_NO_MEM;
    (*out)->can_be_kept = true;
    return MPI_SUCCESS;
}

static void destroy(void *arg, struct regcache_entry *entry)
{
    (void)arg;
    free(entry);
}

NO_INLINE void find_once(struct regcache *c, const char *buffer);

NO_INLINE void find_once(struct regcache *c, const char *buffer)
{
    struct regcache_entry *entry;
    if (regcache_retain(c, buffer, BUFFER, 0, &entry) != MPI_SUCCESS)
        abort();
    regcache_release(entry);
}

static const char *buffer_of(const char *memory, unsigned i)
{
    return memory + (size_t)i * (BUFFER + GAP);
}

/* Nanoseconds of a search among `count` buffers. */
static double measure(struct regcache *c, const char *memory, unsigned count,
                      unsigned searches)
{
    for (unsigned i = 0; i < count; i++)
        find_once(c, buffer_of(memory, i));
    uint32_t random = 1;
    uint64_t start = clock_nsec();
    for (unsigned i = 0; i < searches; i++) {
        random = random * 1664525 + 1013904223;
        find_once(c, buffer_of(memory, (random >> 16) % count));
    }
    return (double)(clock_nsec() - start) / searches;
}

static double run(const struct regcache_watch *watch, const char *memory,
                  unsigned count, unsigned searches)
{
    struct regcache *cache;
    const struct regcache_config config = {
        .ops = { .create = create, .destroy = destroy }, .watch = watch,
        .budget_bytes = SIZE_MAX / 2, .counters = &counters };
    if (regcache_create(&config, &cache) != MPI_SUCCESS)
        exit(1);
    double nsec = measure(cache, memory, count, searches);
    regcache_destroy(cache);
    return nsec;
}

static void run_watched(bool has_threads, const char *memory, unsigned count)
{
    const struct memwatch_threads threads = { .are_declared = has_threads };
    struct memwatch *memwatch;
    struct strbuf why;
    strbuf_init(&why);
    if (memwatch_open(&threads, &memwatch, &why) != MPI_SUCCESS) {
        fprintf(stderr, "regcache: %s\n", why.text);
        exit(77);
    }
    const struct regcache_watch watch = memwatch_interface(memwatch);
    double nsec = run(&watch, memory, count,
                      has_threads ? SEARCHES / 8 : SEARCHES);
    printf("%-10u%-12s%10.1f ns\n", count, has_threads ? "several" : "one",
           nsec);
    memwatch_close(memwatch);
}

/* ---- a watch that never has news, for valgrind ---- */

static const _Atomic uint64_t at_rest;

static bool add(void *arg, uintptr_t start, uintptr_t end)
{
    (void)arg, (void)start, (void)end;
    return true;
}

static void ignore(void *arg, uintptr_t start, uintptr_t end)
{
    (void)arg, (void)start, (void)end;
}

static void settle(void *arg)
{
    (void)arg;
}

static bool next(void *arg, uintptr_t *start, uintptr_t *end)
{
    (void)arg, (void)start, (void)end;
    return false;
}

static const struct regcache_watch no_news = { &at_rest, add, ignore, settle,
                                               next, NULL };

int main(int argc, char **argv)
{
    char *memory = mmap(NULL, (size_t)MOST * (BUFFER + GAP),
                        PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return 1;
    if (argc > 1) {
        run(&no_news, memory, 16, (unsigned)atoi(argv[1]));
        return 0;
    }
    printf("%-10s%-12s%13s\n", "# Buffers", "Threads", "Search");
    for (unsigned count = 1; count <= MOST; count *= 16)
        run_watched(false, memory, count);
    for (unsigned count = 1; count <= MOST; count *= 16)
        run_watched(true, memory, count);
    return 0;
}
