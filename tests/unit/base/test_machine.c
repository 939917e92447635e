/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How near a device is, by the mask of cores that the kernel tells of it.
 */
#include "runtime/base/machine.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <mpi.h>

#include "tests/support/suite.h"

static struct machine *machine;
static char path[] = "/tmp/test_machine.XXXXXX";

static int core; /* the one that this process runs on */

static int first_core(void)
{
    cpu_set_t set;
    int first = 0;
    ck_assert_int_eq(sched_getaffinity(0, sizeof set, &set), 0);
    while (!CPU_ISSET(first, &set))
        first++;
    return first;
}

static void setup(void)
{
    cpu_set_t one;
    core = first_core();
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
    ck_assert_int_eq(machine_open(&machine), MPI_SUCCESS);
    ck_assert_int_ge(mkstemp(path), 0);
}

static void teardown(void)
{
    unlink(path);
    machine_close(machine);
}

/* The nearness of a device with that mask of 32 cores. */
static enum nearness of(unsigned mask)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_ne(file, NULL);
    fprintf(file, "%08x\n", mask);
    fclose(file);
    return machine_nearness(machine, path);
}

START_TEST(device_of_our_core_is_near)
{
    ck_assert_int_lt(core, 31);
    ck_assert_int_eq(of(1u << core), NEARNESS_NEAR);
    ck_assert_int_eq(of(3u << core), NEARNESS_NEAR);
}
END_TEST

START_TEST(device_of_other_cores_is_far)
{
    ck_assert_int_eq(of(2u << core), NEARNESS_FAR);
}
END_TEST

START_TEST(device_without_a_place_is_neither)
{
    ck_assert_int_eq(machine_nearness(machine, "/no/such/file"),
                     NEARNESS_UNKNOWN);
    ck_assert_int_lt(NEARNESS_FAR, NEARNESS_UNKNOWN);
    ck_assert_int_lt(NEARNESS_UNKNOWN, NEARNESS_NEAR);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("machine");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, device_of_our_core_is_near);
    tcase_add_test(t, device_of_other_cores_is_far);
    tcase_add_test(t, device_without_a_place_is_neither);
    return suite_run("machine", t);
}
