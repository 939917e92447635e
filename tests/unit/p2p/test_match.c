/* SPDX-License-Identifier: BSD-3-Clause */
/* match: order and wildcards of posted receives and arrived messages. */
#include "runtime/p2p/match.h"

#include "tests/support/suite.h"

static struct match m;
static struct match_entry e[4];

static void post(int i, int source, int tag)
{
    e[i] = (struct match_entry){ .source = source, .tag = tag };
    match_post(&m, &e[i]);
}

static void arrive(int i, int source, int tag)
{
    e[i] = (struct match_entry){ .source = source, .tag = tag };
    match_arrive(&m, &e[i]);
}

static void setup(void)
{
    match_init(&m);
}

START_TEST(message_takes_the_oldest_receive_it_fits)
{
    post(0, 1, 7);
    post(1, MPI_ANY_SOURCE, 5);
    post(2, 1, 5);
    ck_assert_ptr_eq(match_take_posted(&m, 1, 5), &e[1]);
    ck_assert_ptr_eq(match_take_posted(&m, 1, 5), &e[2]);
    ck_assert_ptr_null(match_take_posted(&m, 1, 5));
    ck_assert_ptr_eq(match_take_posted(&m, 1, 7), &e[0]);
}
END_TEST

START_TEST(any_source_takes_the_oldest_arrived_message)
{
    arrive(0, 2, 9);
    arrive(1, 3, 5);
    arrive(2, 2, 5);
    ck_assert_ptr_eq(match_find_arrived(&m, MPI_ANY_SOURCE, 5), &e[1]);
    ck_assert_ptr_eq(match_find_arrived(&m, 2, MPI_ANY_TAG), &e[0]);
    ck_assert_ptr_null(match_find_arrived(&m, 3, 9));
}
END_TEST

START_TEST(finding_leaves_the_message_and_removing_takes_it)
{
    arrive(0, 0, 1);
    ck_assert_ptr_eq(match_find_arrived(&m, 0, 1), &e[0]);
    ck_assert_ptr_eq(match_find_arrived(&m, 0, 1), &e[0]);
    match_remove(&e[0]);
    ck_assert_ptr_null(match_find_arrived(&m, 0, 1));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("match");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, message_takes_the_oldest_receive_it_fits);
    tcase_add_test(t, any_source_takes_the_oldest_arrived_message);
    tcase_add_test(t, finding_leaves_the_message_and_removing_takes_it);
    return suite_run("match", t);
}
