/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nonblocking copies: several at a time, started before the others are
 * waited for, in an order that differs from rank to rank, with blocking ones
 * in between; none shares its messages with another. Many at a time, which
 * every second rank starts in the reverse order, get what they need, too.
 *
 * ranks: 1 2 4
 */
#include "../check.h"

enum { N = 6, CROWD = 128 };

static int rank, size;

static void talk(MPI_Comm comm, int value)
{
    int in, right = (rank + 1) % size, left = (rank + size - 1) % size;
    MPI_Sendrecv(&value, 1, MPI_INT, right, 0, &in, 1, MPI_INT, left, 0, comm,
                 MPI_STATUS_IGNORE);
    CHECK(in == value);
}

/* No message of one communicator is seen in another. */
static void all_differ(MPI_Comm comms[], int n)
{
    MPI_Request r[N];
    int in[N], out[N];
    for (int i = 0; i < n; i++)
        MPI_Irecv(&in[i], 1, MPI_INT, (rank + 1) % size, 3, comms[i], &r[i]);
    MPI_Barrier(MPI_COMM_WORLD);
    for (int i = n - 1; i >= 0; i--) {
        out[i] = i;
        MPI_Send(&out[i], 1, MPI_INT, (rank + size - 1) % size, 3, comms[i]);
    }
    MPI_Waitall(n, r, MPI_STATUSES_IGNORE);
    for (int i = 0; i < n; i++)
        CHECK(in[i] == i);
}

static void crowd(void)
{
    static MPI_Comm parents[CROWD], comms[CROWD];
    static MPI_Request r[CROWD];
    for (int i = 0; i < CROWD; i++)
        MPI_Comm_dup(MPI_COMM_WORLD, &parents[i]);
    for (int i = 0; i < CROWD; i++) {
        int k = rank % 2 ? CROWD - 1 - i : i;
        MPI_Comm_idup(parents[k], &comms[k], &r[k]);
    }
    MPI_Waitall(CROWD, r, MPI_STATUSES_IGNORE);
    for (int i = 0; i + N <= CROWD; i += N)
        all_differ(comms + i, N);
    for (int i = 0; i < CROWD; i++) {
        MPI_Comm_free(&comms[i]);
        MPI_Comm_free(&parents[i]);
    }
}

int main(void)
{
    MPI_Comm parents[N], comms[N], other;
    MPI_Request r[N];
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int i = 0; i < N; i++)
        MPI_Comm_dup(MPI_COMM_WORLD, &parents[i]);
    for (int round = 0; round < 20; round++) {
        /* On one parent all ranks start in the same order. */
        for (int i = 0; i < N; i++)
            MPI_Comm_idup(MPI_COMM_WORLD, &comms[i], &r[i]);
        MPI_Comm_dup(MPI_COMM_WORLD, &other);
        MPI_Waitall(N, r, MPI_STATUSES_IGNORE);
        all_differ(comms, N);
        talk(other, round);
        for (int i = 0; i < N; i++)
            MPI_Comm_free(&comms[i]);
        MPI_Comm_free(&other);
        /* On different parents each in its own. */
        for (int i = 0; i < N; i++) {
            int k = (i + rank) % N;
            MPI_Comm_idup(parents[k], &comms[k], &r[k]);
        }
        for (int i = 0; i < N; i++) {
            int k = (2 * N + i - rank) % N;
            MPI_Wait(&r[k], MPI_STATUS_IGNORE);
        }
        all_differ(comms, N);
        for (int i = 0; i < N; i++)
            MPI_Comm_free(&comms[i]);
    }
    for (int i = 0; i < N; i++)
        MPI_Comm_free(&parents[i]);
    crowd();
    MPI_Finalize();
    return 0;
}
