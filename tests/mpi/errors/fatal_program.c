/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes the error that its argument names, at its last rank, under the default
 * error handler. fatal.sh runs it; a return is a failure.
 */
#include <stdlib.h>

#include "../check.h"

static int buffer[1000];

/* Two requests with statuses, of which the second one fails. */
static void start_two(MPI_Request requests[2], int self)
{
    MPI_Irecv(buffer, 1, MPI_INT, self, 0, MPI_COMM_WORLD, &requests[0]);
    MPI_Irecv(buffer + 1, 1, MPI_INT, self, 1, MPI_COMM_WORLD, &requests[1]);
    MPI_Send(buffer + 3, 1, MPI_INT, self, 0, MPI_COMM_WORLD);
    MPI_Send(buffer + 3, 3, MPI_INT, self, 1, MPI_COMM_WORLD);
}

static void make_error(const char *which, int size)
{
    MPI_Datatype raw;
    MPI_Request requests[2];
    MPI_Status statuses[2];
    int count, indices[2];
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
    else if (strcmp(which, "waitall") == 0) {
        start_two(requests, size - 1);
        MPI_Waitall(2, requests, statuses);
    } else if (strcmp(which, "waitsome") == 0) {
        start_two(requests, size - 1);
        MPI_Waitsome(2, requests, &count, indices, statuses);
    }
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
