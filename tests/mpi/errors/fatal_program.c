/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes the error that its argument names, at its last rank, under the default
 * error handler. fatal.sh runs it; a return is a failure.
 */
#include <stdlib.h>

#include "../check.h"

static int buffer[1000];

static void make_error(const char *which, int size)
{
    MPI_Datatype raw;
    MPI_Type_vector(2, 1, 2, MPI_INT, &raw);
    if (strcmp(which, "rank") == 0)
        MPI_Send(buffer, 1, MPI_INT, size + 3, 0, MPI_COMM_WORLD);
    else if (strcmp(which, "tag") == 0)
        MPI_Send(buffer, 1, MPI_INT, 0, -5, MPI_COMM_WORLD);
    else if (strcmp(which, "count") == 0)
        MPI_Recv(buffer, -1, MPI_INT, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    else if (strcmp(which, "comm") == 0)
        MPI_Send(buffer, 1, MPI_INT, 0, 0, MPI_COMM_NULL);
    else if (strcmp(which, "type") == 0)
        MPI_Send(buffer, 1, (MPI_Datatype)0x1234, 0, 0, MPI_COMM_WORLD);
    else if (strcmp(which, "uncommitted") == 0)
        MPI_Send(buffer, 1, raw, 0, 0, MPI_COMM_WORLD);
    else if (strcmp(which, "buffer") == 0)
        MPI_Send(NULL, 1, MPI_INT, 0, 0, MPI_COMM_WORLD);
    else if (strcmp(which, "op") == 0)
        MPI_Reduce_local(buffer, buffer + 4, 1, MPI_DOUBLE, MPI_LXOR);
    else if (strcmp(which, "truncate") == 0)
        MPI_Sendrecv(buffer, 1000, MPI_INT, size - 1, 0, buffer, 999, MPI_INT,
                     size - 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

int main(int argc, char **argv)
{
    int rank, size;
    if (argc > 2 && strcmp(argv[2], "early") == 0)
        MPI_Send(buffer, 1, MPI_INT, 0, 0, MPI_COMM_WORLD);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (argc > 2 && strcmp(argv[2], "abort") == 0) {
        MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ABORT);
        MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_ABORT);
    }
    if (rank == size - 1) {
        make_error(argv[1], size);
        printf("the call returned\n");
    } else {
        /* Never sent: the others wait until the job is ended. */
        MPI_Recv(buffer, 1, MPI_INT, size - 1, 77, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
    }
    return 0;
}
