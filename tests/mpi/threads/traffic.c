/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Eight threads a rank send and receive at once, short messages and long ones,
 * by all forms of waiting. Threads of one rank exchange messages too: who waits
 * must let the other in.
 *
 * ranks: 1 2 4
 */
#include <stdlib.h>

#include "threads.h"

enum { ROUNDS = 60, LONG = 40000, BURST = 16 };

static int rank, size;

/* A message whose content tells who sent it. */
static void fill(int *data, int count, int from, int thread, int round)
{
    for (int i = 0; i < count; i++)
        data[i] = from * 1000003 + thread * 10007 + round * 101 + i;
}

static void check(const int *data, int count, int from, int thread, int round)
{
    for (int i = 0; i < count; i++)
        CHECK(data[i] == from * 1000003 + thread * 10007 + round * 101 + i);
}

static int length_of(int round)
{
    return round % 5 == 4 ? LONG : 1 + round;
}

/* Around the ring of ranks, on this thread's tag. */
static void *blocking(void *number)
{
    const int thread = (int)(intptr_t)number;
    const int right = (rank + 1) % size, left = (rank + size - 1) % size;
    int *out = malloc(LONG * sizeof(int)), *in = malloc(LONG * sizeof(int));
    for (int round = 0; round < ROUNDS; round++) {
        const int count = length_of(round);
        MPI_Request request;
        MPI_Status status;
        fill(out, count, rank, thread, round);
        MPI_Isend(out, count, MPI_INT, right, thread, MPI_COMM_WORLD, &request);
        MPI_Recv(in, LONG, MPI_INT, left, thread, MPI_COMM_WORLD, &status);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        int got;
        MPI_Get_count(&status, MPI_INT, &got);
        CHECK(got == count && status.MPI_TAG == thread);
        check(in, count, left, thread, round);
    }
    free(out);
    free(in);
    return NULL;
}

/* A burst in either direction, received by any of the completing calls. */
static void *bursts(void *number)
{
    const int thread = (int)(intptr_t)number;
    const int peer = size == 1 ? 0 : rank ^ 1;
    int out[BURST], in[BURST], indices[BURST];
    for (int round = 0; round < ROUNDS; round++) {
        MPI_Request receives[BURST], sends[BURST];
        for (int i = 0; i < BURST; i++) {
            MPI_Irecv(&in[i], 1, MPI_INT, peer, thread, MPI_COMM_WORLD,
                      &receives[i]);
            out[i] = thread * 1000 + round * 16 + i;
        }
        for (int i = 0; i < BURST; i++)
            MPI_Isend(&out[i], 1, MPI_INT, peer, thread, MPI_COMM_WORLD,
                      &sends[i]);
        int done = 0, flag, count;
        while (done < BURST) {
            if (round % 4 == 0) {
                MPI_Waitany(BURST, receives, &count, MPI_STATUS_IGNORE);
                done++;
            } else if (round % 4 == 1) {
                MPI_Waitsome(BURST, receives, &count, indices,
                             MPI_STATUSES_IGNORE);
                done += count;
            } else if (round % 4 == 2) {
                MPI_Testall(BURST, receives, &flag, MPI_STATUSES_IGNORE);
                done = flag ? BURST : 0;
            } else {
                MPI_Waitall(BURST, receives, MPI_STATUSES_IGNORE);
                done = BURST;
            }
        }
        for (int i = 0; i < BURST; i++)
            CHECK(in[i] == out[i]);
        MPI_Waitall(BURST, sends, MPI_STATUSES_IGNORE);
    }
    return NULL;
}

/* Threads 2k and 2k + 1 of this rank play ping-pong with each other. */
static void *within_the_rank(void *number)
{
    const int thread = (int)(intptr_t)number, partner = thread ^ 1;
    int ball = 0;
    for (int round = 0; round < ROUNDS; round++) {
        if (thread % 2 == round % 2)
            MPI_Ssend(&round, 1, MPI_INT, 0, partner, MPI_COMM_SELF);
        else {
            MPI_Recv(&ball, 1, MPI_INT, 0, thread, MPI_COMM_SELF,
                     MPI_STATUS_IGNORE);
            CHECK(ball == round);
        }
    }
    return NULL;
}

/* The even threads send to any thread; the odd ones take what they find. */
static void *matched(void *number)
{
    const int thread = (int)(intptr_t)number;
    const int peer = (rank + 1) % size;
    for (int round = 0; round < ROUNDS; round++) {
        int value = round;
        if (thread % 2 == 0) {
            MPI_Send(&value, 1, MPI_INT, peer, 100 + round, MPI_COMM_WORLD);
            continue;
        }
        MPI_Message message;
        MPI_Status status;
        MPI_Mprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &message,
                   &status);
        MPI_Mrecv(&value, 1, MPI_INT, &message, MPI_STATUS_IGNORE);
        CHECK(status.MPI_TAG == 100 + value);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    init_threads(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    run(blocking);
    run(bursts);
    run(within_the_rank);
    MPI_Barrier(MPI_COMM_WORLD);
    run(matched);
    MPI_Finalize();
    return 0;
}
