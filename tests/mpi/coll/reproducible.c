/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints one number, made of every bit that reductions of floats give at all
 * ranks. The values are so different in size that another order of the
 * operands gives other bits. reproducible.sh compares.
 *
 * ranks: 1
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "blocks.h"

enum { MOST = 50000, ROUNDS = 6 /* so many that shared memory is in use */ };

static const int counts[] = { 1, 9, 1000, MOST };
enum { COUNTS = sizeof counts / sizeof counts[0] };

static int rank, size;
static float *in, *out;
static uint64_t seen;

static void fill(float *data, int count, unsigned round)
{
    unsigned state = round * 7919u + (unsigned)rank * 104729u + 1;
    for (int i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        data[i] = ldexpf((float)(state >> 8), (int)(state & 31) - 16);
    }
}

static void see(const float *data, int count)
{
    for (int i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &data[i], sizeof bits);
        seen = (seen ^ bits) * 1099511628211u;
    }
}

static void reduce_all_ways(int count, unsigned round)
{
    const int root = (int)round % size;
    MPI_Request request;
    fill(in, count * size, round);
    MPI_Allreduce(in, out, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    see(out, count);
    MPI_Iallreduce(in, out, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD,
                   &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    see(out, count);
    MPI_Reduce(in, out, count, MPI_FLOAT, MPI_SUM, root, MPI_COMM_WORLD);
    if (rank == root)
        see(out, count);
    MPI_Reduce_scatter_block(in, out, count, MPI_FLOAT, MPI_SUM,
                             MPI_COMM_WORLD);
    see(out, count);
}

int main(void)
{
    begin(&rank, &size);
    in = malloc((size_t)size * MOST * sizeof *in);
    out = malloc(MOST * sizeof *out);
    CHECK(in && out);
    for (unsigned round = 0; round < ROUNDS; round++)
        for (int c = 0; c < COUNTS; c++)
            reduce_all_ways(counts[c], round);
    uint64_t all;
    MPI_Reduce(&seen, &all, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0)
        printf("%016llx\n", (unsigned long long)all);
    free(in);
    free(out);
    MPI_Finalize();
    return 0;
}
