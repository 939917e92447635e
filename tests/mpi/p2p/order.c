/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of one pair and tag do not overtake each other, whatever their
 * sizes; wildcards take the oldest; many-to-one traffic loses nothing.
 *
 * ranks: 2 4 8
 * timeout: 120
 */
#include <stdlib.h>

#include "check.h"

enum { MESSAGES = 300, LARGEST = 40000 };

static int bytes_of(int i)
{
    static const int sizes[] = { 4, 60, 900, 9000, 20000, LARGEST };
    return sizes[(i * 7 + i / 5) % 6];
}

static void send_all(int rank)
{
    char *data[MESSAGES];
    MPI_Request r[MESSAGES];
    for (int i = 0; i < MESSAGES; i++) {
        data[i] = malloc(LARGEST);
        memset(data[i], rank + i, LARGEST);
        memcpy(data[i], &i, sizeof i);
        MPI_Isend(data[i], bytes_of(i), MPI_BYTE, 0, 5, MPI_COMM_WORLD, &r[i]);
    }
    MPI_Waitall(MESSAGES, r, MPI_STATUSES_IGNORE);
    for (int i = 0; i < MESSAGES; i++)
        free(data[i]);
}

static void receive_all(int size)
{
    char *data = malloc(LARGEST);
    int *next = calloc((size_t)size, sizeof(int));
    for (int i = 0; i < MESSAGES * (size - 1); i++) {
        MPI_Status s;
        MPI_Recv(data, LARGEST, MPI_BYTE, MPI_ANY_SOURCE, MPI_ANY_TAG,
                 MPI_COMM_WORLD, &s);
        int sequence, count;
        memcpy(&sequence, data, sizeof sequence);
        MPI_Get_count(&s, MPI_BYTE, &count);
        CHECK(sequence == next[s.MPI_SOURCE]);
        CHECK(count == bytes_of(sequence));
        CHECK(count == 4 ||
              data[count - 1] == (char)(s.MPI_SOURCE + sequence));
        next[s.MPI_SOURCE]++;
    }
    free(next);
    free(data);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    int rank, size;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank == 0)
        receive_all(size);
    else
        send_all(rank);
    MPI_Finalize();
    return 0;
}
