/* SPDX-License-Identifier: BSD-3-Clause */
/* The registration cache over a device and a watch that are made up. */
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "tests/support/suite.h"
#include "transport/regcache.h"

enum { PAGE = 4096, PAGES = 256 };

/* Addresses are made up too; nothing is ever touched. */
static char *const base = (char *)0x10000000;

struct registration {
    struct regcache_entry entry;
    unsigned version[PAGES]; /* of each page, when it was registered */
};

static struct {
    struct regcache *cache;
    unsigned version[PAGES];  /* changes when a page leaves the process */
    bool is_watched[PAGES];
    int registered;           /* alive now */
    int created;
    int room;                 /* registrations that fit, -1: any number */
    bool is_read_only;
    uintptr_t news[64][2];
    int news_count;
    _Atomic uint64_t turn;
    bool is_late;             /* news come only when the watch settles */
    int settled;
    struct counters counters;
} w;

static uint64_t count(enum counter which)
{
    return w.counters.value[which];
}

static size_t page_of(uintptr_t address)
{
    return (address - (uintptr_t)base) / PAGE;
}

static int create(void *arg, const struct regcache_range *range,
                  struct regcache_entry **out)
{
    if (w.room == w.registered)
        return MPI_ERR_NO_MEM;
    struct registration *r = calloc(1, sizeof *r);
    r->entry.can_be_kept = !w.is_read_only;
    for (size_t i = page_of(range->start); i < page_of(range->end); i++)
        r->version[i] = w.version[i];
    w.registered++;
    w.created++;
    *out = &r->entry;
    return MPI_SUCCESS;
}

static void destroy(void *arg, struct regcache_entry *entry)
{
    w.registered--;
    free(CONTAINER_OF(entry, struct registration, entry));
}

static void set_watched(uintptr_t start, uintptr_t end, bool is_watched)
{
    for (size_t i = page_of(start); i < page_of(end); i++)
        w.is_watched[i] = is_watched;
}

static bool add(void *arg, uintptr_t start, uintptr_t end)
{
    set_watched(start, end, true);
    return true;
}

static void remove_watch(void *arg, uintptr_t start, uintptr_t end)
{
    set_watched(start, end, false);
}

static bool next(void *arg, uintptr_t *start, uintptr_t *end)
{
    if (w.news_count == 0 || w.is_late)
        return false;
    w.news_count--;
    *start = w.news[w.news_count][0];
    *end = w.news[w.news_count][1];
    return true;
}

static void settle(void *arg)
{
    w.settled++;
    w.is_late = false;
}

static const struct regcache_watch watch = {
    &w.turn, add, remove_watch, settle, next, NULL
};

static void make_cache(const struct regcache_watch *with, size_t budget_pages)
{
    const struct regcache_config config = {
        .ops = { .create = create, .destroy = destroy }, .watch = with,
        .budget_bytes = budget_pages * PAGE, .counters = &w.counters };
    ck_assert_int_eq(regcache_create(&config, &w.cache), MPI_SUCCESS);
}

static void open_cache(size_t budget_pages)
{
    memset(&w, 0, sizeof w);
    w.room = -1;
    make_cache(&watch, budget_pages);
}

static void close_cache(void)
{
    regcache_destroy(w.cache);
    ck_assert_int_eq(w.registered, 0);
    ck_assert_uint_eq(count(COUNTER_PINNED_BYTES), 0);
}

static struct regcache_entry *retain_for(unsigned access, size_t page,
                                         size_t pages)
{
    struct regcache_entry *entry = NULL;
    /* Neither end on a page boundary. */
    ck_assert_int_eq(regcache_retain(w.cache, base + page * PAGE + 10,
                                     pages * PAGE - 20, access, &entry),
                     MPI_SUCCESS);
    ck_assert_uint_eq(entry->access & access, access);
    ck_assert_uint_le(entry->start, (uintptr_t)base + page * PAGE);
    ck_assert_uint_ge(entry->end, (uintptr_t)base + (page + pages) * PAGE);
    return entry;
}

static struct regcache_entry *retain(size_t page, size_t pages)
{
    return retain_for(0, page, pages);
}

static void use(size_t page, size_t pages)
{
    regcache_release(retain(page, pages));
}

/* The pages leave; those that are watched make news. */
static void leave(size_t page, size_t pages)
{
    for (size_t i = page; i < page + pages; i++) {
        w.version[i]++;
        if (!w.is_watched[i])
            continue;
        w.news[w.news_count][0] = (uintptr_t)base + i * PAGE;
        w.news[w.news_count][1] = (uintptr_t)base + (i + 1) * PAGE;
        w.news_count++;
        w.is_watched[i] = false;
        w.turn += WATCH_STILL;
    }
}

START_TEST(a_kept_range_serves_all_inside_it)
{
    open_cache(100);
    use(10, 20);
    use(10, 20);
    use(12, 3);
    use(29, 1);
    ck_assert_int_eq(w.created, 1);
    ck_assert_uint_eq(count(COUNTER_REGISTRATION_HITS), 3);
    ck_assert_uint_eq(count(COUNTER_REGISTRATIONS), 1);
    close_cache();
}
END_TEST

START_TEST(nothing_is_kept_without_a_watch)
{
    struct regcache_entry *entry;
    open_cache(100);
    regcache_destroy(w.cache);
    make_cache(NULL, 100);
    use(10, 20);
    ck_assert_int_eq(w.registered, 0);
    entry = retain(10, 20);
    use(10, 20);
    ck_assert_int_eq(w.registered, 1);
    regcache_release(entry);
    close_cache();
}
END_TEST

START_TEST(an_overlap_becomes_the_union)
{
    open_cache(100);
    use(10, 10);
    use(30, 10);
    use(15, 20);
    ck_assert_int_eq(w.registered, 1);
    use(10, 30);
    ck_assert_int_eq(w.created, 3);
    for (size_t i = 10; i < 40; i++)
        ck_assert(w.is_watched[i]);
    close_cache();
}
END_TEST

START_TEST(an_access_that_was_not_given_takes_a_new_entry)
{
    open_cache(100);
    regcache_release(retain_for(1, 10, 10));
    regcache_release(retain_for(2, 12, 4));
    ck_assert_int_eq(w.created, 2);
    ck_assert_int_eq(w.registered, 1);
    regcache_release(retain_for(1 | 2, 10, 10));
    regcache_release(retain_for(0, 10, 10));
    ck_assert_int_eq(w.created, 2);
    close_cache();
}
END_TEST

START_TEST(neighbours_stay_apart)
{
    open_cache(100);
    use(10, 10);
    use(20, 10);
    ck_assert_int_eq(w.registered, 2);
    use(10, 10);
    use(20, 10);
    ck_assert_int_eq(w.created, 2);
    close_cache();
}
END_TEST

START_TEST(memory_that_left_is_registered_anew)
{
    open_cache(100);
    use(10, 10);
    leave(19, 1);
    use(10, 5);
    ck_assert_int_eq(w.created, 2);
    ck_assert_int_eq(w.registered, 1);
    close_cache();
}
END_TEST

START_TEST(an_entry_in_use_outlives_its_memory_but_is_not_found)
{
    open_cache(100);
    struct regcache_entry *old = retain(10, 10);
    leave(10, 10);
    struct regcache_entry *new = retain(10, 10);
    ck_assert_ptr_ne(old, new);
    ck_assert_int_eq(w.registered, 2);
    regcache_release(old);
    ck_assert_int_eq(w.registered, 1);
    use(10, 10);
    ck_assert_int_eq(w.created, 2);
    regcache_release(new);
    close_cache();
}
END_TEST

START_TEST(a_watch_at_rest_is_not_asked)
{
    open_cache(100);
    use(10, 10);
    w.settled = 0;
    for (int i = 0; i < 10; i++)
        use(10, 10);
    ck_assert_int_eq(w.settled, 0);
    leave(10, 1);
    use(10, 10);
    ck_assert_int_eq(w.settled, 1);
    ck_assert_int_eq(w.created, 2);
    ck_assert_uint_eq(count(COUNTER_REGISTRATIONS_INVALID), 1);
    close_cache();
}
END_TEST

START_TEST(news_under_way_are_waited_for)
{
    open_cache(100);
    use(10, 10);
    leave(10, 10);
    w.turn = 2 * WATCH_STILL + 1;
    w.is_late = true;
    use(10, 10);
    ck_assert_int_eq(w.created, 2);
    use(10, 10); /* that turn promises nothing */
    ck_assert_int_eq(w.settled, 3);
    close_cache();
}
END_TEST

START_TEST(a_watch_that_promises_nothing_is_asked_each_time)
{
    open_cache(100);
    w.turn = 1;
    for (int i = 1; i <= 5; i++) {
        use(10, 10);
        ck_assert_int_eq(w.settled, i);
    }
    close_cache();
}
END_TEST

START_TEST(what_is_pinned_is_counted)
{
    open_cache(20);
    use(0, 10);
    use(20, 8);
    ck_assert_uint_eq(count(COUNTER_PINNED_BYTES), 18 * PAGE);
    use(40, 12);
    ck_assert_uint_eq(count(COUNTER_PINNED_BYTES), 20 * PAGE);
    ck_assert_uint_eq(count(COUNTER_PINNED_PEAK_BYTES), 20 * PAGE);
    ck_assert_uint_eq(count(COUNTER_REGISTRATIONS_EVICTED), 1);
    close_cache();
}
END_TEST

START_TEST(the_longest_idle_goes_first)
{
    open_cache(30);
    use(0, 10);
    use(20, 10);
    use(40, 10);
    use(0, 10);
    use(60, 10); /* 20 is the longest idle now */
    ck_assert_int_eq(w.registered, 3);
    ck_assert_int_eq(w.created, 4);
    use(0, 10);
    use(40, 10);
    ck_assert_int_eq(w.created, 4);
    use(20, 10);
    ck_assert_int_eq(w.created, 5);
    close_cache();
}
END_TEST

START_TEST(what_is_in_use_is_never_evicted)
{
    open_cache(15);
    struct regcache_entry *a = retain(0, 10);
    struct regcache_entry *b = retain(20, 10);
    ck_assert_int_eq(w.registered, 2);
    regcache_release(a);
    regcache_release(b);
    ck_assert_int_eq(w.registered, 1);
    close_cache();
}
END_TEST

START_TEST(more_than_the_budget_is_registered_for_itself)
{
    open_cache(15);
    use(100, 5);
    use(0, 20);
    ck_assert_int_eq(w.registered, 1);
    use(100, 5);
    ck_assert_int_eq(w.created, 2);
    close_cache();
}
END_TEST

START_TEST(idle_entries_give_way_when_nothing_more_fits)
{
    struct regcache_entry *entry;
    open_cache(100);
    w.room = 2;
    use(0, 1);
    use(10, 1);
    struct regcache_entry *c = retain(20, 1);
    struct regcache_entry *d = retain(30, 1);
    ck_assert_int_eq(w.registered, 2);
    ck_assert_int_eq(regcache_retain(w.cache, base + 40 * PAGE, 1, 0, &entry),
                     MPI_ERR_NO_MEM);
    regcache_release(c);
    regcache_release(d);
    close_cache();
}
END_TEST

START_TEST(read_only_memory_is_not_kept)
{
    open_cache(100);
    w.is_read_only = true;
    use(10, 10);
    ck_assert_int_eq(w.registered, 0);
    close_cache();
}
END_TEST

/* Has the entry, just handed out, pages that are not today's? */
static bool is_stale(const struct regcache_entry *entry, size_t page,
                     size_t pages)
{
    const struct registration *r = CONTAINER_OF(entry, struct registration,
                                                entry);
    return memcmp(r->version + page, w.version + page,
                  pages * sizeof w.version[0]) != 0;
}

START_TEST(no_stale_entry_in_a_long_random_run)
{
    enum { HELD = 8 };
    struct regcache_entry *held[HELD] = { NULL };
    int stale = 0;
    open_cache(60);
    srand(7);
    for (int n = 0; n < 200000; n++) {
        size_t page = (size_t)rand() % (PAGES - 16);
        size_t pages = 1 + (size_t)rand() % 16;
        int i = rand() % HELD;
        if (rand() % 8 == 0) {
            leave(page, pages);
            continue;
        }
        if (held[i])
            regcache_release(held[i]);
        w.room = rand() % 16 ? -1 : w.registered;
        held[i] = NULL;
        if (regcache_retain(w.cache, base + page * PAGE, pages * PAGE,
                            (unsigned)rand() % 4, &held[i]) == MPI_SUCCESS)
            stale += is_stale(held[i], page, pages);
        w.room = -1;
    }
    ck_assert_int_eq(stale, 0);
    ck_assert_uint_gt(count(COUNTER_REGISTRATION_HITS), 1000);
    for (int i = 0; i < HELD; i++)
        if (held[i])
            regcache_release(held[i]);
    close_cache();
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("regcache");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_kept_range_serves_all_inside_it);
    tcase_add_test(t, nothing_is_kept_without_a_watch);
    tcase_add_test(t, an_overlap_becomes_the_union);
    tcase_add_test(t, an_access_that_was_not_given_takes_a_new_entry);
    tcase_add_test(t, neighbours_stay_apart);
    tcase_add_test(t, memory_that_left_is_registered_anew);
    tcase_add_test(t, an_entry_in_use_outlives_its_memory_but_is_not_found);
    tcase_add_test(t, a_watch_at_rest_is_not_asked);
    tcase_add_test(t, news_under_way_are_waited_for);
    tcase_add_test(t, a_watch_that_promises_nothing_is_asked_each_time);
    tcase_add_test(t, what_is_pinned_is_counted);
    tcase_add_test(t, the_longest_idle_goes_first);
    tcase_add_test(t, what_is_in_use_is_never_evicted);
    tcase_add_test(t, more_than_the_budget_is_registered_for_itself);
    tcase_add_test(t, idle_entries_give_way_when_nothing_more_fits);
    tcase_add_test(t, read_only_memory_is_not_kept);
    tcase_add_test(t, no_stale_entry_in_a_long_random_run);
    return suite_run("regcache", t);
}
