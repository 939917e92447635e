/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic that makes peers hot and cold again, for transports that give hot
 * peers a way of their own: order per sender is kept whatever way a message
 * takes, wildcards see it, and nobody is overrun who does not receive.
 *
 * ranks: 2 3 4 8
 * timeout: 120
 */
#include <stdlib.h>

#include "check.h"

enum { LARGEST = 20000, BURST = 300, WINDOW = 40, ROUNDS = 100 };

static int rank, size;
static unsigned *sent, *received; /* messages so far, by peer */
static unsigned char buffer[LARGEST];

/* Mostly small, some about the length of a slot, some large; from the number
 * and the pair, so that the receiver knows. */
static int bytes_of(unsigned number, int from, int to)
{
    static const int sizes[] = { 4, 8, 16, 5, 100, 200, 223, 224, 225, 232, 233,
                                 240, 248, 300, 4000, LARGEST };
    unsigned x = number * 2654435761u + (unsigned)(from * 31 + to) * 40503u;
    x ^= x >> 15;
    return x % 8 != 0 ? 4 + (int)(x / 8 % 40) : sizes[x / 8 % 16];
}

static unsigned char byte_of(unsigned number, int from, int i)
{
    return (unsigned char)(number * 13 + (unsigned)from * 7 + (unsigned)i);
}

static void fill(unsigned char *at, unsigned number, int bytes)
{
    for (int i = 4; i < bytes; i++)
        at[i] = byte_of(number, rank, i);
    memcpy(at, &number, 4);
}

static void put(int to)
{
    static unsigned char out[LARGEST];
    int bytes = bytes_of(sent[to], rank, to);
    fill(out, sent[to], bytes);
    MPI_Send(out, bytes, MPI_BYTE, to, 3, MPI_COMM_WORLD);
    sent[to]++;
}

static void check_message(const unsigned char *data, const MPI_Status *s)
{
    unsigned number;
    int count, from = s->MPI_SOURCE;
    MPI_Get_count(s, MPI_BYTE, &count);
    memcpy(&number, data, 4);
    CHECK(number == received[from]);
    CHECK(count == bytes_of(number, from, rank));
    for (int i = 4; i < count; i++)
        CHECK(data[i] == byte_of(number, from, i));
    received[from]++;
}

static int take(int from)
{
    MPI_Status s;
    MPI_Recv(buffer, LARGEST, MPI_BYTE, from, MPI_ANY_TAG, MPI_COMM_WORLD, &s);
    check_message(buffer, &s);
    return s.MPI_SOURCE;
}

/* Each peer in turn talks with rank 0, so that one after the other is hot. */
static void take_turns(void)
{
    for (int hot = 1; hot < size; hot++)
        for (int i = 0; i < ROUNDS && (rank == 0 || rank == hot); i++) {
            int peer = rank == 0 ? hot : 0;
            if (rank == 0)
                put(peer);
            take(peer);
            if (rank != 0)
                put(peer);
        }
}

/* All send to rank 0, which returns nothing and does not even receive until
 * all of them have begun. */
static void all_to_one(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank != 0)
        for (int i = 0; i < BURST; i++)
            put(0);
    else
        for (int i = 0; i < BURST * (size - 1); i++)
            take(MPI_ANY_SOURCE);
    MPI_Barrier(MPI_COMM_WORLD);
}

/* Each to all, without waiting, receives posted beforehand. */
static void all_to_all(void)
{
    unsigned char *in = malloc((size_t)WINDOW * LARGEST);
    unsigned char *out = malloc((size_t)WINDOW * LARGEST);
    MPI_Request r[2 * WINDOW];
    MPI_Status s[2 * WINDOW];
    for (int step = 1; step < size; step++) {
        int to = (rank + step) % size, from = (rank + size - step) % size;
        for (int i = 0; i < WINDOW; i++)
            MPI_Irecv(in + (size_t)i * LARGEST, LARGEST, MPI_BYTE, from, 3,
                      MPI_COMM_WORLD, &r[i]);
        for (int i = 0; i < WINDOW; i++) {
            unsigned char *data = out + (size_t)i * LARGEST;
            int bytes = bytes_of(sent[to], rank, to);
            fill(data, sent[to]++, bytes);
            MPI_Isend(data, bytes, MPI_BYTE, to, 3, MPI_COMM_WORLD,
                      &r[WINDOW + i]);
        }
        MPI_Waitall(2 * WINDOW, r, s);
        for (int i = 0; i < WINDOW; i++)
            check_message(in + (size_t)i * LARGEST, &s[i]);
    }
    free(in);
    free(out);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    sent = calloc((size_t)size, sizeof *sent);
    received = calloc((size_t)size, sizeof *received);
    for (int i = 0; i < 2; i++) {
        take_turns();
        all_to_one();
        all_to_all();
    }
    free(sent);
    free(received);
    MPI_Finalize();
    return 0;
}
