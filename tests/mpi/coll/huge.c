/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts and displacements above 2^31, one buffer of that length at each rank:
 * a broadcast, a reduction in place, a gathering of blocks that differ. On
 * request (make check-huge), for it takes 5 GB and a minute.
 *
 * ranks: 2
 * timeout: 300
 */
#include <stdint.h>
#include <stdlib.h>

#include "check.h"

#define BYTES (((MPI_Count)1 << 31) + 4099)
enum { FIRST = 12345 };

static int rank, size;
static uint8_t *data;

static uint8_t byte_at(MPI_Count i, int from)
{
    return (uint8_t)((i >> 22) * 31 + (i >> 11) * 7 + i + from * 101);
}

static void fill(MPI_Count begin, MPI_Count end)
{
    for (MPI_Count i = begin; i < end; i++)
        data[i] = byte_at(i, rank);
}

static void check(MPI_Count begin, MPI_Count end, int from)
{
    MPI_Count wrong = 0;
    for (MPI_Count i = begin; i < end; i++)
        wrong += data[i] != byte_at(i, from);
    CHECK(wrong == 0);
}

static void broadcast(void)
{
    fill(0, BYTES);
    MPI_Bcast_c(data, BYTES, MPI_UINT8_T, size - 1, MPI_COMM_WORLD);
    check(0, BYTES, size - 1);
}

static void reduce(void)
{
    MPI_Count wrong = 0;
    fill(0, BYTES);
    MPI_Allreduce_c(MPI_IN_PLACE, data, BYTES, MPI_UINT8_T, MPI_SUM,
                    MPI_COMM_WORLD);
    for (MPI_Count i = 0; i < BYTES; i++) {
        unsigned sum = 0;
        for (int r = 0; r < size; r++)
            sum += byte_at(i, r);
        wrong += data[i] != (uint8_t)sum;
    }
    CHECK(wrong == 0);
}

/* The last rank's block begins beyond 2^31, or is longer than that. */
static void gather(MPI_Count first)
{
    MPI_Count counts[2] = { first, BYTES - first };
    MPI_Aint displs[2] = { 0, first };
    const MPI_Count begin = displs[rank], end = begin + counts[rank];
    for (MPI_Count i = 0; i < BYTES; i++)
        data[i] = 0;
    fill(begin, end);
    MPI_Allgatherv_c(MPI_IN_PLACE, 0, MPI_UINT8_T, data, counts, displs,
                     MPI_UINT8_T, MPI_COMM_WORLD);
    for (int r = 0; r < 2; r++)
        check(displs[r], displs[r] + counts[r], r);
}

int main(void)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    data = malloc((size_t)BYTES);
    CHECK(data && size == 2);
    broadcast();
    reduce();
    gather(FIRST);
    gather(BYTES - FIRST);
    free(data);
    MPI_Finalize();
    return 0;
}
