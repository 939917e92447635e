/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nonblocking collectives: many at once, waited for in any order, overlapping
 * blocking ones and messages, with arguments freed meanwhile.
 *
 * ranks: 1 2 3 4 8
 */
#include "blocks.h"

enum { OPERATIONS = 40, KINDS = 8 };

struct operation {
    int kind;
    int count;
    int root;
    int *in;
    int *out;
};

static void start(struct operation *o, int rank, int size, MPI_Request *r)
{
    const int n = o->count;
    const MPI_Comm comm = MPI_COMM_WORLD;
    o->in = make_blocks(size, n);
    o->out = make_blocks(size, n);
    for (int to = 0; to < size; to++)
        fill_block(o->in + to * n, n, rank, to);
    switch (o->kind) {
    case 0: MPI_Ibcast(o->in, n, MPI_INT, o->root, comm, r); break;
    case 1: MPI_Iallreduce(o->in, o->out, n, MPI_INT, MPI_MAX, comm, r); break;
    case 2: MPI_Igather(o->in, n, MPI_INT, o->out, n, MPI_INT, o->root, comm,
                        r); break;
    case 3: MPI_Iscatter(o->in, n, MPI_INT, o->out, n, MPI_INT, o->root, comm,
                         r); break;
    case 4: MPI_Iallgather(o->in, n, MPI_INT, o->out, n, MPI_INT, comm, r);
        break;
    case 5: MPI_Ialltoall_c(o->in, n, MPI_INT, o->out, n, MPI_INT, comm, r);
        break;
    case 6: MPI_Ireduce(o->in, o->out, n, MPI_INT, MPI_MIN, o->root, comm, r);
        break;
    default: MPI_Ibarrier(comm, r);
    }
}

static void check_all(struct operation *o, int size, int to)
{
    for (int from = 0; from < size; from++)
        check_block(o->out + from * o->count, o->count, from, to);
}

static void finish(struct operation *o, int rank, int size)
{
    const int n = o->count;
    const int is_root = rank == o->root;
    switch (o->kind) {
    case 0: check_block(o->in, n, o->root, 0); break;
    case 1: check_block(o->out, n, size - 1, 0); break;
    case 2: check_all(o, is_root ? size : 0, 0); break;
    case 3: check_block(o->out, n, o->root, rank); break;
    case 4: check_all(o, size, 0); break;
    case 5: check_all(o, size, rank); break;
    case 6: check_block(o->out, is_root ? n : 0, 0, 0); break;
    default: break;
    }
    free(o->in);
    free(o->out);
}

static void many(int rank, int size, int round)
{
    struct operation o[OPERATIONS];
    MPI_Request r[OPERATIONS];
    unsigned state = (unsigned)round * 2654435761u + 1;
    for (int i = 0; i < OPERATIONS; i++) {
        state = state * 1664525u + 1013904223u;
        o[i] = (struct operation){ .kind = (int)(state >> 8) % KINDS,
                                   .count = i % 10 ? i : 300 * i,
                                   .root = i % size };
        start(&o[i], rank, size, &r[i]);
        if (i % 7 == 0)
            MPI_Barrier(MPI_COMM_WORLD);
    }
    for (int left = OPERATIONS; left > 0; left--) {
        int i = OPERATIONS - 1;
        while (r[i] == MPI_REQUEST_NULL)
            i--;
        if (left % 2 == rank % 2)
            MPI_Waitany(OPERATIONS, r, &i, MPI_STATUS_IGNORE);
        else
            MPI_Wait(&r[i], MPI_STATUS_IGNORE);
        finish(&o[i], rank, size);
    }
}

/* The collective progresses while its rank waits for a message only. */
static void progresses_in_other_waits(int rank, int size)
{
    MPI_Request r;
    int sum = -1, token = 0;
    MPI_Iallreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD, &r);
    if (rank == 0) {
        MPI_Wait(&r, MPI_STATUS_IGNORE);
        for (int to = 1; to < size; to++)
            MPI_Send(&token, 1, MPI_INT, to, 0, MPI_COMM_WORLD);
    } else {
        MPI_Recv(&token, 1, MPI_INT, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Wait(&r, MPI_STATUS_IGNORE);
    }
    CHECK(sum == size * (size - 1) / 2);
}

static void arguments_may_be_freed(int rank, int size)
{
    MPI_Comm comm;
    MPI_Datatype type;
    MPI_Request r;
    int data[2] = { rank, rank };
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Type_contiguous(2, MPI_INT, &type);
    MPI_Type_commit(&type);
    MPI_Ibcast(data, 1, type, size - 1, comm, &r);
    MPI_Type_free(&type);
    MPI_Comm_free(&comm);
    MPI_Wait(&r, MPI_STATUS_IGNORE);
    CHECK(data[0] == size - 1 && data[1] == size - 1);
}

int main(void)
{
    int rank, size;
    begin(&rank, &size);
    for (int round = 0; round < 20; round++)
        many(rank, size, round);
    progresses_in_other_waits(rank, size);
    arguments_may_be_freed(rank, size);
    MPI_Finalize();
    return 0;
}
