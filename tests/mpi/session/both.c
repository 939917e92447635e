/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The world model and sessions side by side: sessions before MPI_Init, across
 * it, and after MPI_Finalize.
 *
 * ranks: 1 3
 */
#include "../check.h"

static int sum_of_ranks(MPI_Session session)
{
    MPI_Group world;
    MPI_Comm comm;
    int rank, sum;
    MPI_Group_from_session_pset(session, "mpi://world", &world);
    MPI_Comm_create_from_group(world, "both", MPI_INFO_NULL,
                               MPI_ERRORS_ARE_FATAL, &comm);
    MPI_Comm_rank(comm, &rank);
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, comm);
    MPI_Group_free(&world);
    MPI_Comm_free(&comm);
    return sum;
}

int main(void)
{
    MPI_Session before, after;
    int rank, sum, flag;
    MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &before);
    int expected = sum_of_ranks(before);
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    CHECK(sum == expected && sum_of_ranks(before) == expected);
    MPI_Finalize();
    MPI_Finalized(&flag);
    if (!flag || sum_of_ranks(before) != expected)
        return 1;
    MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &after);
    MPI_Session_finalize(&before);
    if (sum_of_ranks(after) != expected)
        return 1;
    MPI_Session_finalize(&after);
    return 0;
}
