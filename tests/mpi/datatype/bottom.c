/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A type of absolute addresses, sent and received with MPI_BOTTOM.
 *
 * ranks: 1 2
 */
#include "kinds.h"

static MPI_Datatype type_of(int *a, double *b)
{
    const int lengths[] = {3, 2};
    const MPI_Datatype types[] = {MPI_INT, MPI_DOUBLE};
    MPI_Aint at[2];
    MPI_Datatype t;
    MPI_Get_address(a, &at[0]);
    MPI_Get_address(b, &at[1]);
    MPI_Type_create_struct(2, lengths, at, types, &t);
    MPI_Type_commit(&t);
    return t;
}

int main(void)
{
    int rank, size;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int from_a[] = {rank, rank + 1, rank + 2}, to_a[3] = {0};
    double from_b[] = {rank * 2.5, -rank}, to_b[2] = {0};
    MPI_Datatype from = type_of(from_a, from_b), to = type_of(to_a, to_b);
    MPI_Request request;
    int left = (rank + size - 1) % size;
    MPI_Irecv(MPI_BOTTOM, 1, to, left, 0, MPI_COMM_WORLD, &request);
    MPI_Send(MPI_BOTTOM, 1, from, (rank + 1) % size, 0, MPI_COMM_WORLD);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    for (int i = 0; i < 3; i++)
        CHECK(to_a[i] == left + i);
    CHECK(to_b[0] == left * 2.5 && to_b[1] == -left);
    MPI_Type_free(&from);
    MPI_Type_free(&to);
    MPI_Finalize();
    return 0;
}
