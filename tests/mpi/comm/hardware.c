/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Splitting by hardware: guided by each type of resource that the library
 * names, a rank is in a part exactly when it is on one instance; not guided,
 * the parts are smaller than the whole. Ranks that give MPI_UNDEFINED go along.
 *
 * ranks: 1 2 4
 */
#include "../check.h"

static int rank, size;

/* Split by this value of the info key; returns the size of our part or 0. */
static int split(int type, const char *key, const char *value)
{
    MPI_Comm part;
    MPI_Info info = MPI_INFO_NULL;
    int count = 0;
    if (key) {
        MPI_Info_create(&info);
        MPI_Info_set(info, key, value);
    }
    MPI_Comm_split_type(MPI_COMM_WORLD, type, rank, info, &part);
    if (key)
        MPI_Info_free(&info);
    if (part != MPI_COMM_NULL) {
        MPI_Comm_size(part, &count);
        MPI_Comm_free(&part);
    }
    return count;
}

static void each_resource(void)
{
    MPI_Info info;
    int count, flag, is_whole_named = 0;
    char key[MPI_MAX_INFO_KEY], value[16];
    MPI_Get_hw_resource_info(&info);
    MPI_Info_get_nkeys(info, &count);
    CHECK(count > 2);
    for (int i = 0; i < count; i++) {
        MPI_Info_get_nthkey(info, i, key);
        MPI_Info_get(info, key, sizeof value - 1, value, &flag);
        CHECK(strcmp(value, "true") == 0 || strcmp(value, "false") == 0);
        int part = split(MPI_COMM_TYPE_HW_GUIDED, "mpi_hw_resource_type", key);
        CHECK((part > 0) == (strcmp(value, "true") == 0));
        CHECK(part <= size);
        if (strcmp(key, "hwloc://Machine") == 0)
            is_whole_named = part > 0;
        CHECK(split(MPI_COMM_TYPE_RESOURCE_GUIDED, "mpi_hw_resource_type",
                    key) == part);
    }
    CHECK(is_whole_named);
    MPI_Info_free(&info);
    CHECK(split(MPI_COMM_TYPE_HW_GUIDED, "mpi_hw_resource_type", "none") == 0);
    CHECK(split(MPI_COMM_TYPE_HW_GUIDED, NULL, NULL) == 0);
}

/* Down the levels until nothing is left to divide. */
static void each_level(void)
{
    MPI_Comm comm, part;
    int whole, smaller;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    do {
        MPI_Comm_size(comm, &whole);
        MPI_Comm_split_type(comm, MPI_COMM_TYPE_HW_UNGUIDED, rank,
                            MPI_INFO_NULL, &part);
        MPI_Comm_free(&comm);
        if (part == MPI_COMM_NULL)
            return;
        MPI_Comm_size(part, &smaller);
        CHECK(smaller > 0 && smaller < whole);
        comm = part;
    } while (1);
}

static void others(void)
{
    MPI_Comm part;
    CHECK(split(MPI_COMM_TYPE_RESOURCE_GUIDED, "mpi_pset_name", "mpi://WORLD")
          == size);
    CHECK(split(MPI_COMM_TYPE_RESOURCE_GUIDED, "mpi_pset_name", "mpi://SELF")
          == 1);
    CHECK(split(MPI_COMM_TYPE_RESOURCE_GUIDED, "mpi_pset_name", "mine") == 0);
    /* Rank 0 stays out of each. */
    const int types[] = { MPI_COMM_TYPE_HW_UNGUIDED, MPI_COMM_TYPE_SHARED };
    for (int i = 0; i < 2; i++) {
        MPI_Comm_split_type(MPI_COMM_WORLD, rank == 0 ? MPI_UNDEFINED : types[i],
                            rank, MPI_INFO_NULL, &part);
        CHECK(rank > 0 || part == MPI_COMM_NULL);
        if (part != MPI_COMM_NULL)
            MPI_Comm_free(&part);
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    CHECK_ERROR(MPI_Comm_split_type(MPI_COMM_WORLD, 12345, 0, MPI_INFO_NULL,
                                    &part), MPI_ERR_ARG);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    each_resource();
    each_level();
    others();
    MPI_Finalize();
    return 0;
}
