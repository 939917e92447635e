/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of 1 MiB in blocks of 16 KiB from rank 0 to rank 1, scattered at
 * the sender, at the receiver and at both, each sent before and after its
 * receive is posted, and nothing else. The caller reads the copy ledger.
 * ranks: 2
 */
#include <stdlib.h>

#include "check.h"

enum { BLOCK = 16 << 10, GAP = 5000, BLOCKS = 64, BYTES = BLOCK * BLOCKS,
       ROOM = BLOCKS * (BLOCK + GAP) };

static unsigned char *data;

/* Byte i of message n. */
static unsigned char byte_of(int n, int i)
{
    return (unsigned char)(n * 31 + i * 7 + i / 251);
}

/* Where byte i of the message lies. */
static int place_of(int is_scattered, int i)
{
    return is_scattered ? i / BLOCK * (BLOCK + GAP) + i % BLOCK : i;
}

static void fill(int n, int is_scattered)
{
    memset(data, 0xee, ROOM);
    for (int i = 0; i < BYTES; i++)
        data[place_of(is_scattered, i)] = byte_of(n, i);
}

static void check(int n, int is_scattered)
{
    int bad = 0;
    for (int i = 0; i < BYTES; i++)
        bad += data[place_of(is_scattered, i)] != byte_of(n, i);
    for (int i = 0; is_scattered && i < ROOM; i++)
        bad += i % (BLOCK + GAP) >= BLOCK && data[i] != 0xee;
    CHECK(bad == 0);
}

int main(int argc, char **argv)
{
    int rank;
    MPI_Datatype vector;
    MPI_Request request;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Type_vector(BLOCKS, BLOCK, BLOCK + GAP, MPI_BYTE, &vector);
    MPI_Type_commit(&vector);
    data = malloc(ROOM);
    for (int n = 0; n < 6; n++) {
        /* 1: scattered at the sender, 2: at the receiver */
        const int is_scattered = (n % 3 + 1) >> rank & 1;
        const int is_early = n / 3 == rank;
        MPI_Datatype type = is_scattered ? vector : MPI_BYTE;
        int count = is_scattered ? 1 : BYTES;
        if (rank == 0)
            fill(n, is_scattered);
        else
            memset(data, 0xee, ROOM);
        if (!is_early)
            MPI_Barrier(MPI_COMM_WORLD);
        if (rank == 0)
            MPI_Isend(data, count, type, 1, n, MPI_COMM_WORLD, &request);
        else
            MPI_Irecv(data, count, type, 0, n, MPI_COMM_WORLD, &request);
        if (is_early)
            MPI_Barrier(MPI_COMM_WORLD);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        if (rank == 1)
            check(n, is_scattered);
    }
    MPI_Type_free(&vector);
    free(data);
    MPI_Finalize();
    return 0;
}
