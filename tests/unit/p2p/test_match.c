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

/* What a queue without an index does, entry by entry. */
static int expected_receive(const struct match_entry *many, int count,
                            int source, int tag)
{
    for (int i = 0; i < count; i++)
        if (!list_is_empty(&many[i].link) &&
            (many[i].source == source || many[i].source == MPI_ANY_SOURCE) &&
            (many[i].tag == tag || many[i].tag == MPI_ANY_TAG))
            return i;
    return -1;
}

START_TEST(many_receives_with_wildcards_are_taken_in_order)
{
    enum { MANY = 600 };
    static struct match_entry many[MANY];
    uint32_t random = 1;
    for (int i = 0; i < MANY; i++) {
        random = random * 1664525 + 1013904223;
        many[i].source = random >> 28 ? (int)(random >> 24) % 3
                                      : MPI_ANY_SOURCE;
        many[i].tag = random >> 8 & 15 ? (int)(random >> 12) % 40 : MPI_ANY_TAG;
        match_post(&m, &many[i]);
    }
    for (int i = 0; i < 4 * MANY; i++) {
        random = random * 1664525 + 1013904223;
        const int source = (int)(random >> 24) % 3;
        const int tag = (int)(random >> 12) % 44;
        const int wanted = expected_receive(many, MANY, source, tag);
        ck_assert_ptr_eq(match_take_posted(&m, source, tag),
                         wanted < 0 ? NULL : &many[wanted]);
    }
    match_fini(&m);
}
END_TEST

START_TEST(index_grows_with_its_queue_and_goes_when_that_is_empty)
{
    enum { MANY = 3000 };
    static struct match_entry many[MANY];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            many[i] = (struct match_entry){ .source = 0, .tag = i };
            match_arrive(&m, &many[i]);
            ck_assert_ptr_eq(match_find_arrived(&m, 0, i), &many[i]);
        }
        ck_assert_ptr_nonnull(m.arrived_index);
        ck_assert_ptr_eq(match_find_arrived(&m, MPI_ANY_SOURCE, MPI_ANY_TAG),
                         &many[0]);
        ck_assert_ptr_eq(match_find_arrived(&m, MPI_ANY_SOURCE, 2900),
                         &many[2900]);
        ck_assert_ptr_eq(match_find_arrived(&m, 0, MPI_ANY_TAG), &many[0]);
        ck_assert_ptr_null(match_find_arrived(&m, 1, MPI_ANY_TAG));
        ck_assert_ptr_null(match_find_arrived(&m, 1, 5));
        for (int i = MANY; i-- > 0;)
            match_remove(match_find_arrived(&m, 0, i));
    }
    arrive(0, 0, 1);
    ck_assert_ptr_null(m.arrived_index);
    ck_assert_ptr_eq(match_find_arrived(&m, 0, 1), &e[0]);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("match");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, message_takes_the_oldest_receive_it_fits);
    tcase_add_test(t, any_source_takes_the_oldest_arrived_message);
    tcase_add_test(t, finding_leaves_the_message_and_removing_takes_it);
    tcase_add_test(t, many_receives_with_wildcards_are_taken_in_order);
    tcase_add_test(t, index_grows_with_its_queue_and_goes_when_that_is_empty);
    return suite_run("match", t);
}
