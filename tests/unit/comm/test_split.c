/* SPDX-License-Identifier: BSD-3-Clause */
/* split: who belongs to a color, and in which order. */
#include "runtime/comm/split.h"

#include <mpi.h>

#include "tests/support/suite.h"

START_TEST(members_are_ordered_by_key_then_rank)
{
    const struct answer answers[] = {
        { 1, 5 }, { 2, 0 }, { 1, -3 }, { 1, 5 }, { 2, 0 }, { 1, 0 },
    };
    int members[6];
    ck_assert_int_eq(split_members(answers, 6, 3, members), 4);
    ck_assert_int_eq(members[0], 2);
    ck_assert_int_eq(members[1], 5);
    ck_assert_int_eq(members[2], 0);
    ck_assert_int_eq(members[3], 3);
    ck_assert_int_eq(split_members(answers, 6, 1, members), 2);
    ck_assert_int_eq(members[0], 1);
    ck_assert_int_eq(members[1], 4);
}
END_TEST

START_TEST(extreme_keys_do_not_overflow)
{
    const struct answer answers[] = { { 0, 2147483647 }, { 0, -2147483647 },
                                      { MPI_UNDEFINED, 0 } };
    int members[3];
    ck_assert_int_eq(split_members(answers, 3, 0, members), 2);
    ck_assert_int_eq(members[0], 1);
    ck_assert_int_eq(members[1], 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("split");
    tcase_add_test(t, members_are_ordered_by_key_then_rank);
    tcase_add_test(t, extreme_keys_do_not_overflow);
    return suite_run("split", t);
}
