/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups of a communicator: set operations, ranges, translation, handles.
 *
 * ranks: 1 4 7
 */
#include "../check.h"

static int rank, size;
static MPI_Group world;

static void check_group(MPI_Group g, int wanted_size, int wanted_rank)
{
    int n, r;
    MPI_Group_size(g, &n);
    MPI_Group_rank(g, &r);
    CHECK(n == wanted_size);
    CHECK(r == wanted_rank);
}

/* The even ranks, by a range; the odd ones, by what is left. */
static void even_and_odd(void)
{
    int range[1][3] = {{0, size - 1, 2}}, result;
    MPI_Group even, odd, both, none;
    MPI_Group_range_incl(world, 1, range, &even);
    MPI_Group_range_excl(world, 1, range, &odd);
    check_group(even, (size + 1) / 2, rank % 2 ? MPI_UNDEFINED : rank / 2);
    check_group(odd, size / 2, rank % 2 ? rank / 2 : MPI_UNDEFINED);
    MPI_Group_union(even, odd, &both);
    check_group(both, size, rank % 2 ? (size + 1) / 2 + rank / 2 : rank / 2);
    MPI_Group_compare(both, world, &result);
    CHECK(result == (size > 2 ? MPI_SIMILAR : MPI_IDENT));
    MPI_Group_intersection(even, odd, &none);
    CHECK(none == MPI_GROUP_EMPTY);
    MPI_Group_free(&none);
    MPI_Group_free(&both);
    MPI_Group_free(&odd);
    MPI_Group_free(&even);
    CHECK(even == MPI_GROUP_NULL);
}

static void backwards(void)
{
    int range[1][3] = {{size - 1, 0, -1}}, last = 0, there, result;
    MPI_Group turned, again, others;
    MPI_Group_range_incl(world, 1, range, &turned);
    check_group(turned, size, size - 1 - rank);
    MPI_Group_translate_ranks(turned, 1, &last, world, &there);
    CHECK(there == size - 1);
    MPI_Group_incl(turned, 1, &last, &again);
    check_group(again, 1, rank == size - 1 ? 0 : MPI_UNDEFINED);
    MPI_Group_difference(turned, again, &others);
    MPI_Group_compare(others, world, &result);
    CHECK(result == MPI_UNEQUAL);
    MPI_Group_free(&others);
    MPI_Group_free(&turned);
    MPI_Group_free(&again);
}

static void handles(void)
{
    MPI_Group twice, empty;
    MPI_Comm_group(MPI_COMM_WORLD, &twice);
    int result;
    MPI_Group_compare(twice, world, &result);
    CHECK(result == MPI_IDENT);
    CHECK(MPI_Group_fromint(MPI_Group_toint(twice)) == twice);
    MPI_Group_free(&twice);
    check_group(world, size, rank);
    MPI_Group_excl(world, 0, NULL, &twice);
    MPI_Group_compare(twice, world, &result);
    CHECK(result == MPI_IDENT);
    MPI_Group_free(&twice);
    MPI_Group_incl(world, 0, NULL, &empty);
    CHECK(empty == MPI_GROUP_EMPTY);
    check_group(empty, 0, MPI_UNDEFINED);
}

static void refused(void)
{
    int bad[] = {0, size}, same[] = {0, 0};
    int stuck[1][3] = {{0, 0, 0}}, nowhere[1][3] = {{size - 1, 0, 1}};
    MPI_Group g = MPI_GROUP_NULL;
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    CHECK_ERROR(MPI_Group_incl(world, 2, bad, &g), MPI_ERR_RANK);
    CHECK_ERROR(MPI_Group_incl(world, 2, same, &g), MPI_ERR_RANK);
    CHECK_ERROR(MPI_Group_excl(world, -1, bad, &g), MPI_ERR_COUNT);
    CHECK_ERROR(MPI_Group_range_incl(world, 1, stuck, &g), MPI_ERR_ARG);
    if (size > 1)
        CHECK_ERROR(MPI_Group_range_incl(world, 1, nowhere, &g), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Group_size(MPI_GROUP_NULL, bad), MPI_ERR_GROUP);
    CHECK_ERROR(MPI_Group_rank((MPI_Group)MPI_INT, bad), MPI_ERR_GROUP);
    CHECK_ERROR(MPI_Group_free(&g), MPI_ERR_GROUP);
    CHECK(g == MPI_GROUP_NULL);
}

int main(void)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    check_group(world, size, rank);
    even_and_odd();
    backwards();
    handles();
    refused();
    /* Given back once, it is gone for the user, though the communicator still
     * has it. */
    MPI_Group gone = world;
    MPI_Group_free(&world);
    CHECK_ERROR(MPI_Group_free(&gone), MPI_ERR_GROUP);
    MPI_Finalize();
    return 0;
}
