/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two processes hand a number to each other and sleep without a limit worth
 * the name until the other rings: a lost wake-up stops them, and the alarm then
 * ends the test.
 */
#include "runtime/base/doorbell.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/suite.h"

enum { ROUNDS = 30000, ALARM_SEC = 100 };

static struct shared {
    struct doorbell bell[2];
    _Alignas(CACHE_LINE) _Atomic uint64_t ball;
} *shared;

static void setup(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(shared, MAP_FAILED);
    ck_assert_msg(doorbell_register(), "the kernel has no membarrier");
}

static void teardown(void)
{
    munmap(shared, sizeof *shared);
}

static bool has_come(uint64_t number)
{
    return atomic_load_explicit(&shared->ball, memory_order_acquire) >= number;
}

/* Poll a few times, so that the bell meets every moment of falling asleep. */
static void wait_for(int me, uint64_t number)
{
    const uint64_t long_nsec = 10ull * ALARM_SEC * 1000000000;
    for (uint64_t i = number * 7919 % 64; i > 0; i--)
        if (has_come(number))
            return;
    while (!has_come(number)) {
        if (!doorbell_arm(&shared->bell[me]))
            _exit(2);
        if (has_come(number))
            doorbell_disarm(&shared->bell[me]);
        else
            doorbell_sleep(&shared->bell[me], long_nsec);
    }
}

static void play(int me)
{
    alarm(ALARM_SEC);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        if (i % 2 == (uint64_t)me) {
            atomic_store_explicit(&shared->ball, i + 1, memory_order_release);
            doorbell_ring(&shared->bell[!me]);
        } else {
            wait_for(me, i + 1);
        }
    }
}

START_TEST(no_wake_up_is_lost)
{
    int status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (!doorbell_register())
            _exit(2);
        play(1);
        _exit(0);
    }
    play(0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_sleep_ends_at_its_limit)
{
    ck_assert(doorbell_arm(&shared->bell[0]));
    doorbell_sleep(&shared->bell[0], 1000);
    ck_assert_uint_eq(atomic_load(&shared->bell[0].is_asleep), 0);
}
END_TEST

START_TEST(who_was_rung_does_not_sleep)
{
    ck_assert(doorbell_arm(&shared->bell[0]));
    doorbell_ring(&shared->bell[0]);
    alarm(ALARM_SEC);
    doorbell_sleep(&shared->bell[0], 10ull * ALARM_SEC * 1000000000);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("doorbell");
    tcase_set_timeout(t, ALARM_SEC);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, no_wake_up_is_lost);
    tcase_add_test(t, a_sleep_ends_at_its_limit);
    tcase_add_test(t, who_was_rung_does_not_sleep);
    return suite_run("doorbell", t);
}
