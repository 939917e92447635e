/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Four messages of 1 MiB from rank 0 to rank 1, two of them sent before their
 * receive is posted, and nothing else. zero_copy.sh reads the copy ledger.
 */
#include <stdlib.h>

#include "check.h"

enum { BYTES = 1 << 20, PAIRS = 2 };

static unsigned char *data;

static void send(int tag)
{
    memset(data, tag, BYTES);
    MPI_Send(data, BYTES, MPI_BYTE, 1, tag, MPI_COMM_WORLD);
}

static void receive(int tag)
{
    MPI_Recv(data, BYTES, MPI_BYTE, 0, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int i = 0; i < BYTES; i++)
        CHECK(data[i] == tag);
}

int main(int argc, char **argv)
{
    int rank;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    data = malloc(BYTES);
    for (int tag = 1; tag <= PAIRS; tag++) {
        if (rank == 0) {
            send(tag);
            MPI_Barrier(MPI_COMM_WORLD);
            MPI_Request request;
            memset(data, PAIRS + tag, BYTES);
            MPI_Isend(data, BYTES, MPI_BYTE, 1, PAIRS + tag, MPI_COMM_WORLD,
                      &request);
            MPI_Barrier(MPI_COMM_WORLD);
            MPI_Wait(&request, MPI_STATUS_IGNORE);
        } else {
            receive(tag);
            MPI_Barrier(MPI_COMM_WORLD);
            MPI_Barrier(MPI_COMM_WORLD); /* the message is here unexpected */
            receive(PAIRS + tag);
        }
    }
    free(data);
    MPI_Finalize();
    return 0;
}
