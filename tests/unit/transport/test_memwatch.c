/* SPDX-License-Identifier: BSD-3-Clause */
/* The watch over the process's own memory, with the real kernel. Skipped where
 * userfaultfd is forbidden. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/clock.h"
#include "tests/support/suite.h"
#include "transport/memwatch.h"

enum { PAGE = 4096, PAGES = 64, BYTES = PAGES * PAGE, SKIPPED = 77,
       ROUNDS = 2000 };

static struct memwatch *memwatch;
static struct regcache_watch w;

static bool open_watch(bool has_threads)
{
    const struct memwatch_threads threads = { .are_declared = has_threads };
    struct strbuf why;
    strbuf_init(&why);
    bool is_open = memwatch_open(&threads, &memwatch, &why) == MPI_SUCCESS;
    if (!is_open)
        printf("SKIP: no watch here (%s)\n", why.text);
    strbuf_fini(&why);
    if (is_open)
        w = memwatch_interface(memwatch);
    return is_open;
}

static void setup(void)
{
    ck_assert(open_watch(false));
}

static void teardown(void)
{
    memwatch_close(memwatch);
}

static char *map_at(void *where, int flags)
{
    char *at = mmap(where, BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    ck_assert_ptr_ne(at, MAP_FAILED);
    return at;
}

static bool add(const char *at, size_t bytes)
{
    return w.add(w.arg, (uintptr_t)at, (uintptr_t)at + bytes);
}

static char *map_watched(void)
{
    char *at = map_at(NULL, 0);
    memset(at, 1, BYTES);
    ck_assert(add(at, BYTES));
    return at;
}

static bool is_left[2 * PAGES];
static uint64_t turn_seen;

/* Take the news as the cache does, none when the turn has not changed;
 * is_left[i] tells about page i from `at`. */
static void take_news(const char *at)
{
    uintptr_t start, end;
    memset(is_left, 0, sizeof is_left);
    uint64_t turn = atomic_load(w.turn);
    if (turn == turn_seen && turn % WATCH_STILL == 0)
        return;
    w.settle(w.arg);
    turn_seen = atomic_load(w.turn);
    while (w.next(w.arg, &start, &end))
        for (size_t i = 0; i < ARRAY_COUNT(is_left); i++)
            is_left[i] = is_left[i] || (start <= (uintptr_t)at + i * PAGE &&
                                        end > (uintptr_t)at + i * PAGE);
}

static bool has_left(const char *at, size_t bytes)
{
    size_t count = 0;
    take_news(at);
    for (size_t i = 0; i < bytes / PAGE; i++)
        count += is_left[i];
    ck_assert(count == 0 || count == bytes / PAGE);
    return count != 0;
}

START_TEST(quiet_memory_makes_no_news)
{
    char *at = map_watched();
    memset(at, 2, BYTES);
    char *other = map_at(NULL, 0);
    munmap(other, BYTES);
    uint64_t turn = *w.turn;
    ck_assert(!has_left(at, BYTES));
    ck_assert_uint_eq(*w.turn, turn);
    ck_assert_uint_eq(turn % WATCH_STILL, 0);
}
END_TEST

START_TEST(munmap_is_told)
{
    char *at = map_watched();
    munmap(at, BYTES);
    ck_assert(has_left(at, BYTES));
}
END_TEST

START_TEST(a_part_is_told_as_a_part)
{
    char *at = map_watched();
    munmap(at + 3 * PAGE, 2 * PAGE);
    take_news(at);
    for (size_t i = 0; i < PAGES; i++)
        ck_assert_int_eq(is_left[i], i == 3 || i == 4);
}
END_TEST

START_TEST(a_raw_system_call_is_told)
{
    char *at = map_watched();
    syscall(SYS_munmap, at, BYTES);
    ck_assert(has_left(at, BYTES));
}
END_TEST

START_TEST(a_mapping_over_it_is_told)
{
    char *at = map_watched();
    map_at(at, MAP_FIXED);
    ck_assert(has_left(at, BYTES));
}
END_TEST

START_TEST(mremap_is_told)
{
    char *at = map_watched();
    char *to = map_at(NULL, 0);
    mremap(at, BYTES, BYTES, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    ck_assert(has_left(at, BYTES));
}
END_TEST

START_TEST(pages_given_back_by_madvise_are_told)
{
    static const int advice[] = { MADV_DONTNEED, MADV_FREE };
    char *at = map_watched();
    for (size_t i = 0; i < ARRAY_COUNT(advice); i++) {
        ck_assert_int_eq(madvise(at + PAGE, PAGE, advice[i]), 0);
        ck_assert(has_left(at + PAGE, PAGE));
    }
}
END_TEST

START_TEST(a_shrinking_heap_is_told)
{
    char *at = sbrk(BYTES + PAGE);
    at = (char *)(((uintptr_t)at + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
    memset(at, 1, BYTES);
    ck_assert(add(at, BYTES));
    ck_assert_int_eq(brk(at), 0);
    ck_assert(has_left(at, BYTES));
}
END_TEST

static bool is_mapped(const char *at)
{
    unsigned char resident;
    return mincore((void *)(uintptr_t)at, PAGE, &resident) == 0;
}

/* An allocator may also keep the block for later; then there is no news. */
START_TEST(free_of_a_large_block_is_told)
{
    char *block = malloc(64 * BYTES);
    char *at = (char *)(((uintptr_t)block + PAGE) & ~(uintptr_t)(PAGE - 1));
    memset(at, 1, BYTES);
    ck_assert(add(at, BYTES));
    free(block);
    ck_assert_int_ne(has_left(at, BYTES), is_mapped(at));
}
END_TEST

START_TEST(memory_not_watched_any_more_makes_no_news)
{
    char *at = map_watched();
    w.remove(w.arg, (uintptr_t)at, (uintptr_t)at + BYTES);
    munmap(at, BYTES);
    ck_assert(!has_left(at, BYTES));
}
END_TEST

START_TEST(shared_memory_and_files_are_not_watched)
{
    char *shared = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(shared, 1, BYTES);
    ck_assert(!add(shared, BYTES));
    FILE *file = tmpfile();
    ck_assert_int_eq(ftruncate(fileno(file), BYTES), 0);
    char *mapped = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE,
                        fileno(file), 0);
    memset(mapped, 1, BYTES);
    ck_assert(!add(mapped, BYTES));
    fclose(file);
}
END_TEST

START_TEST(many_changes_at_once_lose_none)
{
    static char *at[600];
    bool is_told[600] = { false };
    uintptr_t start, end;
    for (size_t i = 0; i < ARRAY_COUNT(at); i++) {
        at[i] = map_at(NULL, 0);
        ck_assert(add(at[i] + PAGE, PAGE));
    }
    for (size_t i = 0; i < ARRAY_COUNT(at); i++)
        munmap(at[i] + PAGE, PAGE);
    w.settle(w.arg);
    while (w.next(w.arg, &start, &end))
        for (size_t i = 0; i < ARRAY_COUNT(at); i++)
            if (start <= (uintptr_t)at[i] + PAGE &&
                (uintptr_t)at[i] + PAGE < end)
                is_told[i] = true;
    for (size_t i = 0; i < ARRAY_COUNT(at); i++)
        ck_assert(is_told[i]);
}
END_TEST

/* A child holds what it inherited open; nobody reads the events there. */
START_TEST(a_child_process_does_not_hold_up_munmap_after_close)
{
    char *at = map_watched();
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    memwatch_close(memwatch);
    ck_assert_int_eq(munmap(at, BYTES), 0);
    kill(pid, SIGKILL);
    setup(); /* for teardown */
}
END_TEST

/* ---- an address that goes from one thread to another ---- */

static char *_Atomic contested; /* to be unmapped by the other thread */
static _Atomic bool is_unmapped;
static _Atomic bool is_over;

static void *unmap_for_ever(void *arg)
{
    while (!is_over) {
        char *at = atomic_exchange(&contested, NULL);
        if (at) {
            munmap(at, BYTES);
            is_unmapped = true;
        }
    }
    return NULL;
}

/* Map where the other thread unmaps. False when somebody else has mapped there
 * first, as a sanitizer's runtime may. */
static bool map_again(char *at)
{
    bool is_last = false;
    is_unmapped = false;
    contested = at;
    while (mmap(at, BYTES, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
           MAP_FAILED) {
        if (is_last)
            return false;
        is_last = is_unmapped;
    }
    return true;
}

/* Map at the address the moment it is free, as malloc in this thread might. */
START_TEST(a_reused_address_is_never_taken_for_the_old_memory)
{
    pthread_t thread;
    int mistakes = 0, tries = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, unmap_for_ever, NULL), 0);
    uint64_t end = clock_nsec() + 3000000000u;
    while (clock_nsec() < end) {
        char *at = map_watched();
        if (!map_again(at))
            continue;
        tries++;
        if (!has_left(at, BYTES))
            mistakes++;
        munmap(at, BYTES);
    }
    is_over = true;
    pthread_join(thread, NULL);
    ck_assert_int_gt(tries, 100);
    ck_assert_int_eq(mistakes, 0);
}
END_TEST

/* ---- threads ---- */

static void *do_nothing(void *arg)
{
    pthread_barrier_wait(arg);
    pthread_barrier_wait(arg);
    return NULL;
}

START_TEST(a_thread_unheard_of_is_noticed)
{
    pthread_t thread;
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 2);
    map_watched();
    ck_assert(!memwatch_asks_kernel(memwatch));
    pthread_create(&thread, NULL, do_nothing, &barrier);
    pthread_barrier_wait(&barrier);
    map_watched();
    ck_assert(memwatch_asks_kernel(memwatch));
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(threads_that_are_declared_are_believed)
{
    memwatch_close(memwatch);
    ck_assert(open_watch(true));
    ck_assert(memwatch_asks_kernel(memwatch));
}
END_TEST

/* One thread unmaps, then tells the other, which looks at once. */
struct relay {
    _Atomic unsigned turn;
    char *_Atomic at;
};

static void *unmap_and_tell(void *arg)
{
    struct relay *r = arg;
    for (unsigned n = 0; n < ROUNDS; n++) {
        while (r->turn != 2 * n + 1)
            sched_yield();
        munmap(r->at, BYTES);
        r->turn = 2 * n + 2;
    }
    return NULL;
}

START_TEST(who_hears_of_an_munmap_hears_its_news)
{
    pthread_t thread;
    struct relay r = { 0 };
    ck_assert_int_eq(pthread_create(&thread, NULL, unmap_and_tell, &r), 0);
    for (unsigned n = 0; n < ROUNDS; n++) {
        char *at = map_watched();
        take_news(at);
        r.at = at;
        r.turn = 2 * n + 1;
        while (r.turn != 2 * n + 2)
            sched_yield();
        ck_assert(has_left(at, BYTES));
    }
    pthread_join(thread, NULL);
}
END_TEST

int main(void)
{
    if (!open_watch(false))
        return SKIPPED;
    memwatch_close(memwatch);
    TCase *t = tcase_create("memwatch");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, quiet_memory_makes_no_news);
    tcase_add_test(t, munmap_is_told);
    tcase_add_test(t, a_part_is_told_as_a_part);
    tcase_add_test(t, a_raw_system_call_is_told);
    tcase_add_test(t, a_mapping_over_it_is_told);
    tcase_add_test(t, mremap_is_told);
    tcase_add_test(t, pages_given_back_by_madvise_are_told);
    tcase_add_test(t, a_shrinking_heap_is_told);
    tcase_add_test(t, free_of_a_large_block_is_told);
    tcase_add_test(t, memory_not_watched_any_more_makes_no_news);
    tcase_add_test(t, shared_memory_and_files_are_not_watched);
    tcase_add_test(t, many_changes_at_once_lose_none);
    tcase_add_test(t, a_child_process_does_not_hold_up_munmap_after_close);
    tcase_add_test(t, a_reused_address_is_never_taken_for_the_old_memory);
    tcase_add_test(t, a_thread_unheard_of_is_noticed);
    tcase_add_test(t, threads_that_are_declared_are_believed);
    tcase_add_test(t, who_hears_of_an_munmap_hears_its_news);
    return suite_run("memwatch", t);
}
