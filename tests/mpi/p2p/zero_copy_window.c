/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Eight messages of 1 MiB from rank 0 to rank 1, all of them sent before the
 * receives are posted, and nothing else. The caller reads the copy ledger.
 * ranks: 2
 */
#include <stdlib.h>

#include "check.h"

enum { BYTES = 1 << 20, WINDOW = 8 };

/* Byte i of message n. */
static unsigned char byte_of(int n, int i)
{
    return (unsigned char)(n * 31 + i * 7 + i / 251);
}

int main(int argc, char **argv)
{
    int rank;
    MPI_Request requests[WINDOW];
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    unsigned char *data = malloc((size_t)WINDOW * BYTES);
    if (rank == 0)
        for (int n = 0; n < WINDOW; n++) {
            for (int i = 0; i < BYTES; i++)
                data[n * BYTES + i] = byte_of(n, i);
            MPI_Isend(data + n * BYTES, BYTES, MPI_BYTE, 1, n, MPI_COMM_WORLD,
                      &requests[n]);
        }
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 1)
        for (int n = 0; n < WINDOW; n++)
            MPI_Irecv(data + n * BYTES, BYTES, MPI_BYTE, 0, n, MPI_COMM_WORLD,
                      &requests[n]);
    MPI_Waitall(WINDOW, requests, MPI_STATUSES_IGNORE);
    if (rank == 1) {
        int bad = 0;
        for (int n = 0; n < WINDOW; n++)
            for (int i = 0; i < BYTES; i++)
                bad += data[n * BYTES + i] != byte_of(n, i);
        CHECK(bad == 0);
    }
    free(data);
    MPI_Finalize();
    return 0;
}
