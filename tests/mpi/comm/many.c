/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Communicators until there are no more: at least 2000, then a clear error at
 * every rank, and freed ones can be made again. Names, and what cannot be
 * freed.
 *
 * ranks: 1 2 3
 */
#include "check.h"

enum { MOST = 100000 };
static MPI_Comm comms[MOST];

static int fill(void)
{
    int count = 0;
    while (count < MOST &&
           MPI_Comm_dup(MPI_COMM_WORLD, &comms[count]) == MPI_SUCCESS)
        count++;
    return count;
}

static void names(void)
{
    char name[MPI_MAX_OBJECT_NAME];
    int length;
    MPI_Comm_get_name(MPI_COMM_WORLD, name, &length);
    CHECK(strcmp(name, "MPI_COMM_WORLD") == 0 && length == 14);
    MPI_Comm_set_name(comms[0], "ocean");
    MPI_Comm_get_name(comms[0], name, &length);
    CHECK(strcmp(name, "ocean") == 0 && length == 5);
    MPI_Comm_get_name(comms[1], name, &length);
    CHECK(length == 0);
}

int main(void)
{
    int rank, count, most;
    MPI_Comm world = MPI_COMM_WORLD;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    count = fill();
    CHECK(count >= 2000 && count < MOST);
    MPI_Allreduce(&count, &most, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    CHECK(count == most);
    names();
    int sum = 0;
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, comms[count - 1]);
    for (int i = 0; i < count; i++)
        MPI_Comm_free(&comms[i]);
    CHECK(fill() == count);
    for (int i = 0; i < count; i++)
        MPI_Comm_free(&comms[i]);
    CHECK_ERROR(MPI_Comm_free(&world), MPI_ERR_COMM);
    MPI_Finalize();
    return 0;
}
