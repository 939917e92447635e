/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * No rank leaves a barrier before the last has entered it. Each rank is late
 * once. Clocks are compared between ranks of one host only.
 *
 * ranks: 1 2 3 4 5 8
 */
#include <time.h>

#include "blocks.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void be_late(void)
{
    const double end = now() + 0.01;
    while (now() < end)
        ;
}

int main(void)
{
    int rank, size, length;
    struct { double entered; char host[MPI_MAX_PROCESSOR_NAME]; } late, own;
    begin(&rank, &size);
    memset(&own, 0, sizeof own);
    MPI_Get_processor_name(own.host, &length);
    for (int who = 0; who < size; who++) {
        if (rank == who)
            be_late();
        own.entered = now();
        MPI_Barrier(MPI_COMM_WORLD);
        double left = now();
        late = own;
        MPI_Bcast(&late, sizeof late, MPI_BYTE, who, MPI_COMM_WORLD);
        if (strcmp(late.host, own.host) == 0)
            CHECK(left >= late.entered);
    }
    for (int i = 0; i < 1000; i++)
        MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    return 0;
}
