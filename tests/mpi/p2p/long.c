/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Long messages both ways at once, every byte checked: 1 MiB, contiguous or in
 * blocks of 16 KiB at either end, again and again from the same memory.
 *
 * long [ROUNDS [BYTES]]
 * ranks: 2
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { BLOCK = 16 << 10, GAP = 5000 };

static int bytes = 1 << 20;

static int room(void)
{
    return bytes / BLOCK * (BLOCK + GAP);
}

static int place_of(int is_scattered, int i)
{
    return is_scattered ? i / BLOCK * (BLOCK + GAP) + i % BLOCK : i;
}

static unsigned char byte_of(int rank, int round, int i)
{
    return (unsigned char)(rank * 101 + round * 31 + i * 7 + i / 251);
}

static void fill(unsigned char *data, int is_scattered, int rank, int round)
{
    for (int i = 0; i < bytes; i++)
        data[place_of(is_scattered, i)] = byte_of(rank, round, i);
}

static void check(const unsigned char *data, int is_scattered, int rank,
                  int round)
{
    int bad = 0;
    for (int i = 0; i < bytes; i++)
        bad += data[place_of(is_scattered, i)] != byte_of(rank, round, i);
    for (int i = 0; is_scattered && i < room(); i++)
        bad += i % (BLOCK + GAP) >= BLOCK && data[i] != 0xee;
    CHECK(bad == 0);
}

int main(int argc, char **argv)
{
    int rank, rounds = argc > 1 ? atoi(argv[1]) : 6;
    MPI_Datatype vector;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc > 2)
        bytes = atoi(argv[2]) / BLOCK * BLOCK;
    MPI_Type_vector(bytes / BLOCK, BLOCK, BLOCK + GAP, MPI_BYTE, &vector);
    MPI_Type_commit(&vector);
    unsigned char *out = malloc((size_t)room());
    unsigned char *in = malloc((size_t)room());
    for (int n = 0; n < rounds; n++) {
        /* 1: scattered where it is sent, 2: where it is received */
        const int is_out = n & 1, is_in = n >> 1 & 1;
        fill(out, is_out, rank, n);
        memset(in, 0xee, (size_t)room());
        MPI_Sendrecv(out, is_out ? 1 : bytes, is_out ? vector : MPI_BYTE,
                     1 - rank, n, in, is_in ? 1 : bytes,
                     is_in ? vector : MPI_BYTE, 1 - rank, n, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE);
        check(in, is_in, 1 - rank, n);
    }
    MPI_Type_free(&vector);
    free(out);
    free(in);
    if (rank == 0)
        printf("%d rounds, every byte right\n", rounds);
    MPI_Finalize();
    return 0;
}
