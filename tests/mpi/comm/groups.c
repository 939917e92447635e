/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Communicators made by the ranks of a group alone, while the others do
 * something else; splits by type.
 *
 * ranks: 1 2 5
 */
#include "../check.h"

static int rank, size;

/* The even ranks, in reverse; *n of them. */
static MPI_Group evens(int *n)
{
    MPI_Group world, group;
    int range[1][3] = { { (size - 1) / 2 * 2, 0, -2 } };
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    MPI_Group_range_incl(world, 1, range, &group);
    MPI_Group_free(&world);
    MPI_Group_size(group, n);
    return group;
}

static void even_ranks_only(void)
{
    MPI_Comm made = MPI_COMM_NULL;
    int n, own, sum;
    MPI_Group group = evens(&n);
    if (rank % 2 == 0) {
        MPI_Comm_create_group(MPI_COMM_WORLD, group, 3, &made);
        MPI_Comm_rank(made, &own);
        CHECK(own == n - 1 - rank / 2);
        MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, made);
        CHECK(sum == n * (n - 1));
        MPI_Comm_free(&made);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Comm_create_group(MPI_COMM_WORLD, group, 4, &made);
    CHECK((made == MPI_COMM_NULL) == (rank % 2 == 1));
    if (made != MPI_COMM_NULL)
        MPI_Comm_free(&made);
    MPI_Group_free(&group);
}

static void split_types(void)
{
    int whole, smaller;
    MPI_Comm node, part;
    MPI_Info info;
    int n;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, -rank,
                        MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &n);
    CHECK(n >= 1 && n <= size);
    MPI_Info_create(&info);
    MPI_Info_set(info, "mpi_hw_resource_type", "mpi_shared_memory");
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_HW_GUIDED, 0, info,
                        &part);
    int same;
    MPI_Comm_size(part, &same);
    CHECK(same == n);
    MPI_Comm_free(&part);
    MPI_Info_set(info, "mpi_hw_resource_type", "no such thing");
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_HW_GUIDED, 0, info,
                        &part);
    CHECK(part == MPI_COMM_NULL);
    MPI_Info_free(&info);
    MPI_Comm_split_type(node, MPI_COMM_TYPE_HW_UNGUIDED, 0, MPI_INFO_NULL,
                        &part);
    if (part != MPI_COMM_NULL) { /* they are bound to parts of the node */
        MPI_Comm_size(node, &whole);
        MPI_Comm_size(part, &smaller);
        CHECK(smaller < whole);
        MPI_Comm_free(&part);
    }
    CHECK_ERROR(MPI_Comm_split_type(node, 12345, 0, MPI_INFO_NULL, &part),
                MPI_ERR_ARG);
    MPI_Comm_free(&node);
}

static void refusals(void)
{
    MPI_Comm made, self;
    MPI_Group world;
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    MPI_Comm_dup(MPI_COMM_SELF, &self);
    MPI_Comm_set_errhandler(self, MPI_ERRORS_RETURN);
    if (size > 1)
        CHECK_ERROR(MPI_Comm_create(self, world, &made), MPI_ERR_GROUP);
    CHECK_ERROR(MPI_Comm_create(self, MPI_GROUP_NULL, &made), MPI_ERR_GROUP);
    CHECK_ERROR(MPI_Comm_create_group(self, world, -1, &made),
                size > 1 ? MPI_ERR_GROUP : MPI_ERR_TAG);
    MPI_Group_free(&world);
    MPI_Comm_free(&self);
}

int main(void)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    for (int i = 0; i < 20; i++)
        even_ranks_only();
    split_types();
    refusals();
    MPI_Finalize();
    return 0;
}
