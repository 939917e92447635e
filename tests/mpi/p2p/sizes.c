/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of every size from 0 B to 4 MiB around the protocols' limits arrive
 * whole, with the right status, between all pairs (also a rank and itself),
 * posted before and after they come.
 *
 * ranks: 1 2 4
 * timeout: 120
 */
#include <stdlib.h>

#include "check.h"

enum { LARGEST = 4 << 20 };

static unsigned char *out, *in;

static void fill(unsigned char *data, int bytes, int seed)
{
    for (int i = 0; i < bytes; i++)
        data[i] = (unsigned char)(i * 31 + i / 253 + seed);
}

static void check(int bytes, int seed, const MPI_Status *status, int source)
{
    int count;
    MPI_Get_count(status, MPI_BYTE, &count);
    CHECK(count == bytes);
    CHECK(status->MPI_SOURCE == source);
    CHECK(status->MPI_TAG == seed);
    for (int i = 0; i < bytes; i++)
        if (in[i] != (unsigned char)(i * 31 + i / 253 + seed))
            CHECK(!"the bytes received are those sent");
}

/* Every rank sends to the one `shift` after it. */
static void exchange(int bytes, int shift, int is_posted_first)
{
    int rank, size;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int to = (rank + shift) % size, from = (rank - shift + size) % size;
    int tag = bytes % 1000 + shift;
    MPI_Request r[2];
    MPI_Status s[2];
    fill(out, bytes, tag);
    memset(in, 0xa5, (size_t)bytes);
    if (is_posted_first) {
        MPI_Irecv(in, bytes, MPI_BYTE, from, tag, MPI_COMM_WORLD, &r[0]);
        MPI_Barrier(MPI_COMM_WORLD);
        MPI_Isend(out, bytes, MPI_BYTE, to, tag, MPI_COMM_WORLD, &r[1]);
    } else {
        MPI_Isend(out, bytes, MPI_BYTE, to, tag, MPI_COMM_WORLD, &r[1]);
        MPI_Barrier(MPI_COMM_WORLD);
        MPI_Irecv(in, bytes, MPI_BYTE, MPI_ANY_SOURCE, tag, MPI_COMM_WORLD,
                  &r[0]);
    }
    MPI_Waitall(2, r, s);
    CHECK(r[0] == MPI_REQUEST_NULL && r[1] == MPI_REQUEST_NULL);
    check(bytes, tag, &s[0], from);
}

int main(int argc, char **argv)
{
    static const int sizes[] = { 0, 1, 7, 8, 40, 41, 56, 57, 64, 1000, 4096,
                                 8000, 8192, 8193, 16000, 16384, 16385, 65536,
                                 65537, 1 << 20, (1 << 20) + 3, LARGEST };
    MPI_Init(&argc, &argv);
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    out = malloc(LARGEST);
    in = malloc(LARGEST);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int shift = 0; shift < size; shift++)
            for (int first = 0; first < 2; first++)
                exchange(sizes[i], shift, first);
    free(out);
    free(in);
    MPI_Finalize();
    return 0;
}
