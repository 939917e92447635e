/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Get_count and MPI_Get_elements of messages that end inside an element.
 *
 * ranks: 2
 */
#include "kinds.h"

static void check_counts(const MPI_Status *status, MPI_Datatype type,
                         int whole, int elements)
{
    int n;
    MPI_Count large;
    MPI_Get_count(status, type, &n);
    MPI_Get_count_c(status, type, &large);
    CHECK(n == whole && large == whole);
    MPI_Get_elements(status, type, &n);
    MPI_Get_elements_c(status, type, &large);
    CHECK(n == elements && large == elements);
}

/* Receive what rank 0 sends: count elements of type into room for 10 of
 * `as`. */
static void transfer(int rank, MPI_Datatype type, int count, MPI_Datatype as,
                     MPI_Status *status)
{
    static char buffer[4096];
    if (rank == 0)
        MPI_Send(buffer, count, type, 1, 3, MPI_COMM_WORLD);
    else
        MPI_Recv(buffer, 10, as, 0, 3, MPI_COMM_WORLD, status);
}

int main(void)
{
    int rank;
    MPI_Status status;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Datatype mixed = mixed_type(), nothing;
    MPI_Type_commit(&mixed);
    MPI_Type_contiguous(0, MPI_INT, &nothing);
    MPI_Type_commit(&nothing);
    /* 27 bytes each: char, three doubles, short. */
    static const struct { int bytes, whole, elements; } cases[] = {
        {0, 0, 0},   {1, MPI_UNDEFINED, 1},  {9, MPI_UNDEFINED, 2},
        {27, 1, 5},  {54, 2, 10},            {25, MPI_UNDEFINED, 4},
        {28, MPI_UNDEFINED, 6}, {30, MPI_UNDEFINED, MPI_UNDEFINED},
    };
    for (int i = 0; i < 8; i++) {
        transfer(rank, MPI_BYTE, cases[i].bytes, mixed, &status);
        if (rank == 1)
            check_counts(&status, mixed, cases[i].whole, cases[i].elements);
    }
    transfer(rank, MPI_DOUBLE_INT, 2, MPI_DOUBLE_INT, &status);
    if (rank == 1)
        check_counts(&status, MPI_DOUBLE_INT, 2, 4);
    transfer(rank, nothing, 5, nothing, &status);
    if (rank == 1)
        check_counts(&status, nothing, 0, 0);
    MPI_Type_free(&mixed);
    MPI_Type_free(&nothing);
    MPI_Finalize();
    return 0;
}
