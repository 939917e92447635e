/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rank 0 sends many messages before rank 1 receives the first: by MPI_Send
 * (blocking) or by MPI_Isend, which waits for nothing (not blocking). Run by
 * flood.sh with a low bound on what may be kept.
 */
#include "../check.h"

enum { COUNT = 20000, INTS = 25 };

static void send_all(int waits)
{
    static MPI_Request r[COUNT];
    static int out[COUNT][INTS];
    for (int i = 0; i < COUNT; i++) {
        out[i][0] = i;
        if (waits)
            MPI_Send(out[i], INTS, MPI_INT, 1, 5, MPI_COMM_WORLD);
        else
            MPI_Isend(out[i], INTS, MPI_INT, 1, 5, MPI_COMM_WORLD, &r[i]);
    }
    if (waits)
        return;
    MPI_Request last;
    MPI_Isend(out[0], 1, MPI_INT, 1, 6, MPI_COMM_WORLD, &last);
    MPI_Waitall(COUNT, r, MPI_STATUSES_IGNORE);
    MPI_Wait(&last, MPI_STATUS_IGNORE);
}

/* Let as many come as will, which takes a few milliseconds where nothing else
 * runs, or all, then take them. */
static void receive_all(int waits)
{
    int in[INTS], flag;
    const double end = MPI_Wtime() + 2;
    while (waits && MPI_Wtime() < end)
        MPI_Iprobe(0, 99, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
    if (!waits)
        MPI_Recv(in, 1, MPI_INT, 0, 6, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int i = 0; i < COUNT; i++) {
        MPI_Recv(in, INTS, MPI_INT, 0, 5, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        CHECK(in[0] == i);
    }
}

int main(int argc, char **argv)
{
    int rank;
    const int waits = strcmp(argv[1], "blocking") == 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0)
        send_all(waits);
    else
        receive_all(waits);
    MPI_Finalize();
    return 0;
}
