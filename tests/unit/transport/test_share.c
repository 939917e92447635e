/* SPDX-License-Identifier: BSD-3-Clause */
/* A read that two processes work at: every byte moves, whoever takes it. */
#include "transport/shm/share.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/suite.h"

enum { LARGE = 1 << 20, READS = 300 };

/* Mapped at the same address by both processes. */
static struct shared {
    struct share share;
    _Atomic int is_over;
    _Atomic int helper;
} *shared;

static unsigned char *from, *to; /* private to each process */

static void setup(void)
{
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(shared, MAP_FAILED);
    from = malloc(LARGE);
    to = malloc(LARGE);
    ck_assert(from && to);
    for (size_t i = 0; i < LARGE; i++)
        from[i] = (unsigned char)(i * 7 + (i >> 8));
}

static void teardown(void)
{
    free(from);
    free(to);
    munmap(shared, sizeof *shared);
}

static void open_read(size_t bytes)
{
    memset(to, 0, LARGE);
    share_open(&shared->share, to, (uintptr_t)from, bytes);
}

START_TEST(a_reader_needs_no_help)
{
    bool has_helped;
    for (size_t bytes = 1; bytes < LARGE; bytes = bytes * 3 + 1) {
        open_read(bytes);
        ck_assert_int_eq(share_read(&shared->share, getpid(), &has_helped), 0);
        ck_assert(has_helped); /* nothing was left undone */
        ck_assert_int_eq(memcmp(from, to, bytes), 0);
        ck_assert_uint_eq(to[bytes], 0);
    }
}
END_TEST

START_TEST(a_helper_may_do_it_all)
{
    bool has_helped;
    open_read(LARGE - 5);
    share_help(&shared->share, getpid());
    ck_assert_int_eq(memcmp(from, to, LARGE - 5), 0);
    ck_assert_int_eq(share_read(&shared->share, getpid(), &has_helped), 0);
    ck_assert(has_helped);
}
END_TEST

START_TEST(a_late_helper_finds_nothing_to_do)
{
    bool has_helped;
    open_read(LARGE);
    ck_assert_int_eq(share_read(&shared->share, getpid(), &has_helped), 0);
    memset(to, 0, LARGE);
    share_help(&shared->share, getpid());
    ck_assert_uint_eq(to[0], 0);
    ck_assert_uint_eq(to[LARGE - 1], 0);
}
END_TEST

START_TEST(help_in_vain_is_noticed)
{
    bool has_helped;
    open_read(LARGE);
    share_help(&shared->share, 0); /* no process has this id */
    ck_assert_int_eq(share_read(&shared->share, getpid(), &has_helped), 0);
    ck_assert(!has_helped);
}
END_TEST

/* The child has the same memory at the same addresses, as it was forked. */
static pid_t start_helper(void)
{
    pid_t reader = getpid(), child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (!atomic_load(&shared->is_over)) {
            share_help(&shared->share, reader);
            atomic_fetch_add(&shared->helper, 1);
        }
        _exit(0);
    }
    return child;
}

START_TEST(both_ends_move_every_byte)
{
    bool has_helped;
    int status;
    pid_t child = start_helper();
    for (size_t i = 0; i < READS; i++) {
        size_t bytes = 1 + i * 7919 % LARGE;
        open_read(bytes);
        ck_assert_int_eq(share_read(&shared->share, child, &has_helped), 0);
        ck_assert(has_helped);
        ck_assert_int_eq(memcmp(from, to, bytes), 0);
    }
    atomic_store(&shared->is_over, 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_gt(atomic_load(&shared->helper), 0);
}
END_TEST

/* A piece that a dead helper had in hand ends the read with an error. */
START_TEST(a_helper_that_died_is_noticed)
{
    bool has_helped;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    open_read(LARGE);
    atomic_fetch_add(&shared->share.next, 1); /* taken, and never ended */
    ck_assert_int_ne(share_read(&shared->share, child, &has_helped), 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("share");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_reader_needs_no_help);
    tcase_add_test(t, a_helper_may_do_it_all);
    tcase_add_test(t, a_late_helper_finds_nothing_to_do);
    tcase_add_test(t, help_in_vain_is_noticed);
    tcase_add_test(t, both_ends_move_every_byte);
    tcase_add_test(t, a_helper_that_died_is_noticed);
    return suite_run("share", t);
}
