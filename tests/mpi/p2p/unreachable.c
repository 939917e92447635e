/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One call in which every rank sends to one neighbour and waits for the other;
 * run by unreachable.sh where nobody reaches anybody.
 */
#include "check.h"

static int right, left, out = 1, in;

static void call_sendrecv(void)
{
    MPI_Sendrecv(&out, 1, MPI_INT, right, 0, &in, 1, MPI_INT, left, 0,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void call_waitall(void)
{
    MPI_Request requests[2];
    MPI_Irecv(&in, 1, MPI_INT, left, 0, MPI_COMM_WORLD, &requests[0]);
    MPI_Isend(&out, 1, MPI_INT, right, 0, MPI_COMM_WORLD, &requests[1]);
    MPI_Waitall(2, requests, MPI_STATUSES_IGNORE);
}

/* The receive is waited for first: the send must fail before. */
static void call_receive(void)
{
    MPI_Request requests[2];
    MPI_Irecv(&in, 1, MPI_INT, left, 0, MPI_COMM_WORLD, &requests[0]);
    MPI_Isend(&out, 1, MPI_INT, right, 0, MPI_COMM_WORLD, &requests[1]);
    MPI_Wait(&requests[0], MPI_STATUS_IGNORE);
}

/* What was to come from a rank that a send did not reach ends as well. The
 * request that waits beside it is not lost, and is the user's still. */
static void call_returned(void)
{
    MPI_Request requests[2];
    MPI_Status statuses[2];
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Irecv(&in, 1, MPI_INT, 0, 0, MPI_COMM_SELF, &requests[0]);
    MPI_Irecv(&in, 1, MPI_INT, right, 0, MPI_COMM_WORLD, &requests[1]);
    CHECK_ERROR(MPI_Send(&out, 1, MPI_INT, right, 0, MPI_COMM_WORLD),
                MPI_ERR_OTHER);
    CHECK_ERROR(MPI_Waitall(2, requests, statuses), MPI_ERR_IN_STATUS);
    CHECK_ERROR(statuses[0].MPI_ERROR, MPI_ERR_PENDING);
    CHECK_ERROR(statuses[1].MPI_ERROR, MPI_ERR_OTHER);
    CHECK(requests[0] != MPI_REQUEST_NULL && requests[1] == MPI_REQUEST_NULL);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
    MPI_Send(&out, 1, MPI_INT, right, 0, MPI_COMM_WORLD);
}

static void call_barrier(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
}

static void call_finalize(void)
{
    MPI_Finalize();
}

static const struct {
    const char *name;
    void (*call)(void);
} calls[] = {
    { "sendrecv", call_sendrecv }, { "waitall", call_waitall },
    { "receive", call_receive },   { "returned", call_returned },
    { "barrier", call_barrier },   { "finalize", call_finalize },
};

int main(int argc, char **argv)
{
    int rank, size;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    right = (rank + 1) % size;
    left = (rank + size - 1) % size;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (argc > 1 && strcmp(argv[1], calls[i].name) == 0)
            calls[i].call();
    return 0;
}
