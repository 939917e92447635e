/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Synchronous sends complete only when matched; Sendrecv in a ring does not
 * deadlock at any size; Probe tells what a receive will get.
 *
 * ranks: 2 3 4
 */
#include <stdlib.h>

#include "check.h"

static int rank, size;

/* MPI_Issend is not complete before the receiver, told so by a message of its
 * own, posts the receive. */
static void synchronous(int bytes)
{
    char *data = calloc(1, (size_t)bytes + 1);
    if (rank == 0) {
        MPI_Request r;
        int flag;
        MPI_Issend(data, bytes, MPI_CHAR, 1, 1, MPI_COMM_WORLD, &r);
        for (int i = 0; i < 1000; i++) {
            MPI_Test(&r, &flag, MPI_STATUS_IGNORE);
            CHECK(!flag);
        }
        MPI_Send(NULL, 0, MPI_CHAR, 1, 2, MPI_COMM_WORLD);
        MPI_Wait(&r, MPI_STATUS_IGNORE);
        MPI_Ssend(data, bytes, MPI_CHAR, 1, 3, MPI_COMM_WORLD);
    } else if (rank == 1) {
        MPI_Recv(NULL, 0, MPI_CHAR, 0, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Recv(data, bytes, MPI_CHAR, 0, 1, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
        MPI_Recv(data, bytes, MPI_CHAR, 0, 3, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
    }
    free(data);
}

static void ring(int count)
{
    int *out = malloc(sizeof(int) * (size_t)(count + 1));
    int *in = malloc(sizeof(int) * (size_t)(count + 1));
    int right = (rank + 1) % size, left = (rank + size - 1) % size;
    for (int i = 0; i < count; i++)
        out[i] = rank * 1000 + i;
    MPI_Status s;
    MPI_Sendrecv(out, count, MPI_INT, right, 7, in, count, MPI_INT, left, 7,
                 MPI_COMM_WORLD, &s);
    CHECK(s.MPI_SOURCE == left);
    for (int i = 0; i < count; i++)
        CHECK(in[i] == left * 1000 + i);
    free(out);
    free(in);
}

static void probe(int bytes)
{
    char *data = calloc(1, (size_t)bytes + 1);
    if (rank == 1) {
        MPI_Send(data, bytes, MPI_CHAR, 0, bytes % 100, MPI_COMM_WORLD);
    } else if (rank == 0) {
        MPI_Status s;
        int count, flag;
        MPI_Probe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &s);
        MPI_Get_count(&s, MPI_CHAR, &count);
        CHECK(count == bytes && s.MPI_TAG == bytes % 100 && s.MPI_SOURCE == 1);
        MPI_Iprobe(1, bytes % 100, MPI_COMM_WORLD, &flag, &s);
        CHECK(flag);
        MPI_Recv(data, bytes, MPI_CHAR, 1, s.MPI_TAG, MPI_COMM_WORLD, &s);
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &flag, &s);
        CHECK(!flag);
    }
    free(data);
}

int main(int argc, char **argv)
{
    static const int sizes[] = { 0, 8, 5000, 30000, 500000 };
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int i = 0; i < 5; i++) {
        synchronous(sizes[i]);
        ring(sizes[i] / 4);
        probe(sizes[i]);
        MPI_Barrier(MPI_COMM_WORLD);
    }
    MPI_Finalize();
    return 0;
}
