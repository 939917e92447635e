/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A duplicate is congruent and keeps its messages apart; also those that
 * arrive before the receiver has it.
 *
 * ranks: 1 2 3 4 8
 */
#include "check.h"

static void keeps_messages_apart(int rank, int size)
{
    MPI_Comm comm;
    const int right = (rank + 1) % size, left = (rank - 1 + size) % size;
    MPI_Request r[2];
    int in[2], out[2] = { 100 + rank, 200 + rank };
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Isend(&out[0], 1, MPI_INT, right, 5, comm, &r[0]);
    MPI_Isend(&out[1], 1, MPI_INT, right, 5, MPI_COMM_WORLD, &r[1]);
    MPI_Recv(&in[1], 1, MPI_INT, left, 5, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Recv(&in[0], 1, MPI_INT, left, 5, comm, MPI_STATUS_IGNORE);
    MPI_Waitall(2, r, MPI_STATUSES_IGNORE);
    CHECK(in[0] == 100 + left && in[1] == 200 + left);
    MPI_Comm_free(&comm);
    CHECK(comm == MPI_COMM_NULL);
}

/* Who has the new communicator first sends on it at once. */
static void early_messages_wait(int rank, int size)
{
    for (int i = 0; i < 100; i++) {
        MPI_Comm comm;
        int in = -1;
        MPI_Comm_dup(MPI_COMM_WORLD, &comm);
        if (rank == i % size)
            for (int to = 0; to < size; to++)
                if (to != rank)
                    MPI_Send(&i, 1, MPI_INT, to, 0, comm);
        if (rank != i % size)
            MPI_Recv(&in, 1, MPI_INT, i % size, 0, comm, MPI_STATUS_IGNORE);
        CHECK(rank == i % size || in == i);
        MPI_Comm_free(&comm);
    }
}

/* A receive on a communicator that its user has freed still completes. */
static void freed_with_a_pending_receive(int rank, int size)
{
    MPI_Comm comm;
    MPI_Request r[2];
    int in = -1;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Irecv(&in, 1, MPI_INT, (rank - 1 + size) % size, 0, comm, &r[0]);
    MPI_Isend(&rank, 1, MPI_INT, (rank + 1) % size, 0, comm, &r[1]);
    MPI_Comm_free(&comm);
    MPI_Waitall(2, r, MPI_STATUSES_IGNORE);
    CHECK(in == (rank - 1 + size) % size);
}

int main(void)
{
    int rank, size, result, other;
    MPI_Comm a, b;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &a);
    MPI_Comm_dup(a, &b);
    MPI_Comm_compare(a, b, &result);
    CHECK(result == MPI_CONGRUENT);
    MPI_Comm_compare(a, a, &result);
    CHECK(result == MPI_IDENT);
    MPI_Comm_rank(b, &other);
    CHECK(other == rank);
    CHECK(MPI_Comm_fromint(MPI_Comm_toint(b)) == b);
    CHECK(MPI_Comm_toint(MPI_COMM_WORLD) == 257);
    MPI_Comm_free(&a);
    MPI_Barrier(b);
    MPI_Comm_free(&b);
    keeps_messages_apart(rank, size);
    early_messages_wait(rank, size);
    freed_with_a_pending_receive(rank, size);
    MPI_Comm_dup(MPI_COMM_SELF, &a);
    MPI_Comm_size(a, &other);
    CHECK(other == 1);
    MPI_Comm_free(&a);
    MPI_Finalize();
    return 0;
}
