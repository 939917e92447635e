/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Everybody sends to rank 0, which does not look at anything until all have
 * sent all that they can: flow control alone keeps its queues from overflowing.
 * Then it receives, and the order and bytes of each sender are right.
 *
 * ranks: 2 4 9
 * timeout: 120
 */
#include <stdlib.h>
#include <time.h>

#include "check.h"

enum { MESSAGES = 150, LONGEST = 1500, PAUSE_MSEC = 300 };

static int bytes_of(int number, int from)
{
    static const int sizes[] = { 4, 8, 64, 200, 1000, LONGEST };
    return sizes[(number * 7 + from) % 6];
}

static void fill(unsigned char *data, int number, int from, int bytes)
{
    memcpy(data, &number, sizeof number);
    for (int i = (int)sizeof number; i < bytes; i++)
        data[i] = (unsigned char)(number * 5 + from * 11 + i);
}

static void send_all(int rank)
{
    static unsigned char data[MESSAGES][LONGEST];
    MPI_Request requests[MESSAGES];
    for (int i = 0; i < MESSAGES; i++) {
        int bytes = bytes_of(i, rank);
        fill(data[i], i, rank, bytes);
        MPI_Isend(data[i], bytes, MPI_BYTE, 0, 5, MPI_COMM_WORLD,
                  &requests[i]);
    }
    MPI_Waitall(MESSAGES, requests, MPI_STATUSES_IGNORE);
}

/* Compute, in terms of MPI: no call of it that would make progress. */
static void be_deaf(void)
{
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - start.tv_sec) * 1000 +
                 (now.tv_nsec - start.tv_nsec) / 1000000 < PAUSE_MSEC);
}

static void receive_all(int size)
{
    unsigned char data[LONGEST], right[LONGEST];
    int *next = calloc((size_t)size, sizeof *next);
    be_deaf();
    for (int i = 0; i < MESSAGES * (size - 1); i++) {
        MPI_Status s;
        int count;
        MPI_Recv(data, LONGEST, MPI_BYTE, MPI_ANY_SOURCE, 5, MPI_COMM_WORLD,
                 &s);
        MPI_Get_count(&s, MPI_BYTE, &count);
        int from = s.MPI_SOURCE, number = next[from]++;
        CHECK(count == bytes_of(number, from));
        fill(right, number, from, count);
        CHECK(memcmp(data, right, (size_t)count) == 0);
    }
    for (int from = 1; from < size; from++)
        CHECK(next[from] == MESSAGES);
    free(next);
}

int main(int argc, char **argv)
{
    int rank, size;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int i = 0; i < 2; i++) {
        MPI_Barrier(MPI_COMM_WORLD);
        if (rank == 0)
            receive_all(size);
        else
            send_all(rank);
    }
    MPI_Finalize();
    return 0;
}
