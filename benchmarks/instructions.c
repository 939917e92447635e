/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls that benchmarks/instructions counts: `instructions isend N` starts
 * N sends of 8 bytes, `instructions pingpong N` exchanges N messages there and
 * back. Rank 0 runs under the counter, rank 1 at full speed, so that what
 * rank 0 waits for has arrived and no polling is counted.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TAG = 1,
    BYTES = 8,
    ANSWER_EVERY = 8,
    WARM_UP = 100 /* connects both ways, and earns a ring over verbs */
};

/* By a call that is not counted. */
static void exchange(int rank)
{
    char out[BYTES] = "8 bytes";
    char in[BYTES];

    MPI_Sendrecv(out, BYTES, MPI_CHAR, 1 - rank, TAG, in, BYTES, MPI_CHAR,
                 1 - rank, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

/* One at a time, with an answer to each few, so that every one starts from the
 * same state: room on the way and nothing to wait for. */
static void isend(int rank, long count)
{
    char message[BYTES] = "8 bytes";
    MPI_Request request;

    for (long i = 0; i < count; i++) {
        if (rank == 0) {
            MPI_Isend(message, BYTES, MPI_CHAR, 1, TAG, MPI_COMM_WORLD,
                      &request);
            MPI_Wait(&request, MPI_STATUS_IGNORE);
        } else {
            MPI_Recv(message, BYTES, MPI_CHAR, 0, TAG, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE);
        }
        if (i % ANSWER_EVERY == ANSWER_EVERY - 1)
            exchange(rank);
    }
}

static void pingpong(int rank, long count)
{
    char message[BYTES] = "8 bytes";

    for (long i = 0; i < count; i++) {
        if (rank == 0)
            MPI_Send(message, BYTES, MPI_CHAR, 1, TAG, MPI_COMM_WORLD);
        MPI_Recv(message, BYTES, MPI_CHAR, 1 - rank, TAG, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
        if (rank == 1)
            MPI_Send(message, BYTES, MPI_CHAR, 0, TAG, MPI_COMM_WORLD);
    }
}

int main(int argc, char **argv)
{
    int rank;
    int size;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (argc != 3 || size != 2) {
        fprintf(stderr, "usage: mpirun -n 2 %s isend|pingpong COUNT\n",
                argv[0]);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    for (int i = 0; i < WARM_UP; i++)
        exchange(rank);
    if (strcmp(argv[1], "isend") == 0)
        isend(rank, atol(argv[2]));
    else
        pingpong(rank, atol(argv[2]));
    MPI_Finalize();
    return 0;
}
