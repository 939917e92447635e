/* SPDX-License-Identifier: BSD-3-Clause */
/* Groups: order, our own rank, and the set operations. */
#include "runtime/objects/group.h"

#include "runtime/base/platform.h"
#include "tests/support/suite.h"

enum { WORLD = 5 }; /* our rank in the job */

static struct mpi_group *a, *b;

static void setup(void)
{
    static const int in_a[] = {9, 5, 1, 7}, in_b[] = {7, 2, 9};
    ck_assert_int_eq(group_init_predefined(), MPI_SUCCESS);
    ck_assert_int_eq(group_create(in_a, 4, WORLD, &a), MPI_SUCCESS);
    ck_assert_int_eq(group_create(in_b, 3, WORLD, &b), MPI_SUCCESS);
}

static void teardown(void)
{
    group_release(a);
    group_release(b);
    group_fini_predefined();
}

static void check_and_release(struct mpi_group *g, int size, int rank,
                              const int *worlds)
{
    ck_assert_int_eq(g->size, size);
    ck_assert_int_eq(g->rank, rank);
    ck_assert_mem_eq(g->worlds, worlds, (size_t)size * sizeof(int));
    group_release(g);
}

START_TEST(own_rank_is_found)
{
    ck_assert_int_eq(a->rank, 1);
    ck_assert_int_eq(b->rank, MPI_UNDEFINED);
}
END_TEST

START_TEST(incl_takes_ranks_in_the_order_given)
{
    struct mpi_group *g;
    static const int ranks[] = {3, 1}, expected[] = {7, 5};
    ck_assert_int_eq(group_incl(a, 2, ranks, &g), MPI_SUCCESS);
    check_and_release(g, 2, 1, expected);
}
END_TEST

START_TEST(excl_keeps_the_order_of_the_rest)
{
    struct mpi_group *g;
    static const int ranks[] = {3, 0}, expected[] = {5, 1};
    ck_assert_int_eq(group_excl(a, 2, ranks, &g), MPI_SUCCESS);
    check_and_release(g, 2, 0, expected);
}
END_TEST

START_TEST(union_is_the_first_then_what_it_lacks)
{
    struct mpi_group *g;
    static const int ab[] = {9, 5, 1, 7, 2}, ba[] = {7, 2, 9, 5, 1};
    ck_assert_int_eq(group_union(a, b, &g), MPI_SUCCESS);
    check_and_release(g, 5, 1, ab);
    ck_assert_int_eq(group_union(b, a, &g), MPI_SUCCESS);
    check_and_release(g, 5, 3, ba);
}
END_TEST

START_TEST(intersection_and_difference_keep_the_first_ones_order)
{
    struct mpi_group *g;
    static const int both[] = {9, 7}, only[] = {5, 1};
    ck_assert_int_eq(group_intersection(a, b, &g), MPI_SUCCESS);
    check_and_release(g, 2, MPI_UNDEFINED, both);
    ck_assert_int_eq(group_difference(a, b, &g), MPI_SUCCESS);
    check_and_release(g, 2, 0, only);
}
END_TEST

START_TEST(empty_result_is_the_predefined_group)
{
    struct mpi_group *g;
    ck_assert_int_eq(group_difference(a, a, &g), MPI_SUCCESS);
    ck_assert_ptr_eq(g, group_find(MPI_GROUP_EMPTY));
    ck_assert_int_eq(g->rank, MPI_UNDEFINED);
    group_release(g);
    ck_assert_ptr_eq(g, group_find(MPI_GROUP_EMPTY));
}
END_TEST

START_TEST(translate_says_undefined_for_the_missing)
{
    static const int ranks[] = {0, 1, MPI_PROC_NULL, 3};
    static const int expected[] = {2, MPI_UNDEFINED, MPI_PROC_NULL, 0};
    int out[4];
    ck_assert_int_eq(group_translate(a, 4, ranks, b, out), MPI_SUCCESS);
    ck_assert_mem_eq(out, expected, sizeof out);
}
END_TEST

START_TEST(compare_tells_order_from_members)
{
    static const int turned[] = {3, 2, 1, 0};
    struct mpi_group *g;
    int result;
    ck_assert_int_eq(group_incl(a, 4, turned, &g), MPI_SUCCESS);
    ck_assert_int_eq(group_compare(a, g, &result), MPI_SUCCESS);
    ck_assert_int_eq(result, MPI_SIMILAR);
    ck_assert_int_eq(group_compare(a, a, &result), MPI_SUCCESS);
    ck_assert_int_eq(result, MPI_IDENT);
    ck_assert_int_eq(group_compare(a, b, &result), MPI_SUCCESS);
    ck_assert_int_eq(result, MPI_UNEQUAL);
    group_release(g);
}
END_TEST

START_TEST(handle_lives_until_it_is_given_back)
{
    MPI_Group first, second;
    struct mpi_group *g;
    static const int ranks[] = {0};
    ck_assert_int_eq(group_incl(a, 1, ranks, &g), MPI_SUCCESS);
    ck_assert_int_eq(group_give(g, &first), MPI_SUCCESS);
    ck_assert_int_eq(group_give(g, &second), MPI_SUCCESS);
    ck_assert_ptr_eq(first, second);
    group_release(g);
    group_take(g);
    ck_assert_ptr_eq(group_find(first), g);
    group_take(g);
    ck_assert_ptr_null(group_find(first));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("group");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, own_rank_is_found);
    tcase_add_test(t, incl_takes_ranks_in_the_order_given);
    tcase_add_test(t, excl_keeps_the_order_of_the_rest);
    tcase_add_test(t, union_is_the_first_then_what_it_lacks);
    tcase_add_test(t, intersection_and_difference_keep_the_first_ones_order);
    tcase_add_test(t, empty_result_is_the_predefined_group);
    tcase_add_test(t, translate_says_undefined_for_the_missing);
    tcase_add_test(t, compare_tells_order_from_members);
    tcase_add_test(t, handle_lives_until_it_is_given_back);
    return suite_run("group", t);
}
