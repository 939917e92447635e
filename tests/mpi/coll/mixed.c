/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A long random sequence of collectives and messages on several communicators
 * at once: none meets what belongs to another.
 *
 * ranks: 1 2 3 4 8
 */
#include "blocks.h"

static unsigned state = 12345;

/* The same at all ranks. */
static int pick(int below)
{
    state = state * 1664525u + 1013904223u;
    return (int)((state >> 8) % (unsigned)below);
}

static void one(MPI_Comm comm, int kind, int count)
{
    int rank, size;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    int *a = make_blocks(size, count);
    int *b = make_blocks(size, count);
    const int root = count % size;
    for (int to = 0; to < size; to++)
        fill_block(a + to * count, count, rank, to);
    switch (kind) {
    case 0:
        MPI_Bcast(a, count, MPI_INT, root, comm);
        check_block(a, count, root, 0);
        break;
    case 1:
        MPI_Alltoall(a, count, MPI_INT, b, count, MPI_INT, comm);
        for (int from = 0; from < size; from++)
            check_block(b + from * count, count, from, rank);
        break;
    case 2:
        MPI_Allgather(a, count, MPI_INT, b, count, MPI_INT, comm);
        for (int from = 0; from < size; from++)
            check_block(b + from * count, count, from, 0);
        break;
    case 3:
        MPI_Scatter(a, count, MPI_INT, b, count, MPI_INT, root, comm);
        check_block(b, count, root, rank);
        break;
    case 4:
        MPI_Allreduce(a, b, count, MPI_INT, MPI_MAX, comm);
        check_block(b, count, size - 1, 0);
        break;
    default:
        MPI_Barrier(comm);
    }
    free(a);
    free(b);
}

int main(void)
{
    int rank, size;
    MPI_Comm comms[3] = { MPI_COMM_WORLD };
    begin(&rank, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comms[1]);
    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, -rank, &comms[2]);
    const int right = (rank + 1) % size, left = (rank - 1 + size) % size;
    for (int i = 0; i < 600; i++) {
        int out = value_at(rank, 0, i), in = -1;
        MPI_Request r[2];
        MPI_Irecv(&in, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG,
                  MPI_COMM_WORLD, &r[0]);
        MPI_Isend(&out, 1, MPI_INT, right, i, MPI_COMM_WORLD, &r[1]);
        one(comms[pick(3)], pick(6), pick(4) ? pick(50) : pick(20000));
        MPI_Waitall(2, r, MPI_STATUSES_IGNORE);
        CHECK(in == value_at(left, 0, i));
    }
    MPI_Comm_free(&comms[1]);
    MPI_Comm_free(&comms[2]);
    MPI_Finalize();
    return 0;
}
