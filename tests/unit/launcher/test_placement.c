/* SPDX-License-Identifier: BSD-3-Clause */
/* placement: which rank on which host, for all the ways to ask. */
#include "launcher/placement.h"

#include <mpi.h>
#include <string.h>

#include "tests/support/suite.h"

static struct strbuf error;

/* Place `count` ranks on "a:2,b"; result[i] is the letter of rank i's host. */
static int place(const char *hosts, int count,
                 const struct placement_rule *rule, char *result)
{
    struct host_list list = { 0 };
    int host_of[64];
    strbuf_init(&error);
    ck_assert_int_eq(hosts_add_list(&list, hosts, &error), MPI_SUCCESS);
    int err = placement_assign(&list, rule, count, host_of, &error);
    if (err == MPI_SUCCESS) {
        for (int i = 0; i < count; i++)
            result[i] = list.entry[host_of[i]].name[0];
        result[count] = '\0';
    }
    hosts_fini(&list);
    return err;
}

static void expect(const char *hosts, const struct placement_rule *rule,
                   const char *wanted)
{
    char result[65];
    ck_assert_int_eq(place(hosts, (int)strlen(wanted), rule, result),
                     MPI_SUCCESS);
    ck_assert_str_eq(result, wanted);
}

START_TEST(slots_are_filled_host_by_host)
{
    struct placement_rule rule = { .map = MAP_SLOT };
    expect("a:2,b:2", &rule, "aabb");
    expect("a:2,b:2", &rule, "aab");
    expect("a:1,b:3", &rule, "abbb");
}
END_TEST

START_TEST(by_node_deals_in_turn)
{
    struct placement_rule rule = { .map = MAP_NODE };
    expect("a:2,b:2", &rule, "abab");
    expect("a:1,b:3", &rule, "abbb");
    expect("a,b", &rule, "abab");
}
END_TEST

START_TEST(hosts_without_a_number_share_evenly)
{
    struct placement_rule rule = { .map = MAP_SLOT };
    expect("a,b", &rule, "ab");
    expect("a,b", &rule, "aaaabbbb");
    expect("a,b,c", &rule, "aabbcc");
    expect("a,b,c", &rule, "aabbc");
    expect("a,b", &rule, "a");
    expect("a:1,b,c", &rule, "abbcc");
    expect("a", &rule, "aaaaaaaa");
}
END_TEST

START_TEST(ppn_limits_each_host)
{
    struct placement_rule rule = { .map = MAP_SLOT, .ppn = 1 };
    expect("a:4,b:4", &rule, "ab");
    rule.ppn = 2;
    expect("a,b", &rule, "aabb");
    expect("a:1,b:4", &rule, "abb");
}
END_TEST

START_TEST(too_many_ranks_are_refused_with_the_numbers)
{
    char result[65];
    struct placement_rule rule = { .map = MAP_SLOT };
    ck_assert_int_eq(place("a:2,b:1", 4, &rule, result), MPI_ERR_ARG);
    ck_assert_ptr_nonnull(strstr(error.text, "3 slots (a:2,b:1)"));
    strbuf_fini(&error);
    rule.ppn = 1;
    ck_assert_int_eq(place("a,b", 3, &rule, result), MPI_ERR_ARG);
    ck_assert_ptr_nonnull(strstr(error.text, "2 slots"));
    strbuf_fini(&error);
}
END_TEST

START_TEST(oversubscription_spreads_the_surplus)
{
    struct placement_rule rule = { .map = MAP_SLOT, .oversubscribe = true };
    expect("a:1,b:1", &rule, "aaabb");
}
END_TEST

START_TEST(without_a_count_the_slots_are_used)
{
    struct host_list list = { 0 };
    struct placement_rule rule = { .map = MAP_SLOT };
    hosts_add(&list, "a", 3);
    hosts_add(&list, "b", 0);
    ck_assert_int_eq(placement_default_count(&list, &rule), 4);
    rule.ppn = 2;
    ck_assert_int_eq(placement_default_count(&list, &rule), 4);
    hosts_fini(&list);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("placement");
    tcase_add_test(t, slots_are_filled_host_by_host);
    tcase_add_test(t, by_node_deals_in_turn);
    tcase_add_test(t, hosts_without_a_number_share_evenly);
    tcase_add_test(t, ppn_limits_each_host);
    tcase_add_test(t, too_many_ranks_are_refused_with_the_numbers);
    tcase_add_test(t, oversubscription_spreads_the_surplus);
    tcase_add_test(t, without_a_count_the_slots_are_used);
    return suite_run("placement", t);
}
