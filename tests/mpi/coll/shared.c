/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocking collectives long enough in a row to use the memory that ranks of a
 * node share, in a random order, with lengths around its limits and any root,
 * so that ranks run ahead of each other; on several communicators, next to
 * nonblocking ones and to messages. Reductions of an operation that does not
 * commute show the order of the ranks.
 *
 * ranks: 2 3 5 8 16
 */
#include <stdbool.h>

#include "blocks.h"

enum { OPERATIONS = 11, ROUNDS = 3000, COMMS = 3 };

static const int counts[] = { 1, 2, 11, 12, 13, 100, 511, 512, 513, 1024, 2048,
                              4096, 8191, 8192, 8193 };
enum { COUNTS = sizeof counts / sizeof counts[0] };

/* Shown piece by piece, and in several steps. */
static const int long_counts[] = { 8200, 16384, 40001, 262144, 300001 };
enum { LONG_COUNTS = sizeof long_counts / sizeof long_counts[0] };

static unsigned state = 4711;
static int rank, size;
static int *a, *b;
static MPI_Op compose;
static MPI_Datatype map, spread;

/* The same at all ranks. */
static int pick(int below)
{
    state = state * 1664525u + 1013904223u;
    return (int)((state >> 8) % (unsigned)below);
}

/* Linear maps x -> p x + q (mod 2^32), which do not commute. */
static void compose_maps(void *in, void *inout, int *count, MPI_Datatype *type)
{
    const unsigned *x = in;
    unsigned *y = inout;
    (void)type;
    for (int i = 0; i < *count; i++) {
        unsigned p = x[2 * i] * y[2 * i];
        unsigned q = x[2 * i] * y[2 * i + 1] + x[2 * i + 1];
        y[2 * i] = p;
        y[2 * i + 1] = q;
    }
}

/* What the ranks' maps give, each made of its rank and place. */
static void check_composed(const int *data, int maps)
{
    for (int i = 0; i < maps; i++) {
        unsigned p = 1, q = 0;
        for (int r = 0; r < size; r++) {
            unsigned rp = (unsigned)value_at(r, 1, 2 * i);
            unsigned rq = (unsigned)value_at(r, 1, 2 * i + 1);
            q = p * rq + q;
            p = p * rp;
        }
        CHECK((unsigned)data[2 * i] == p && (unsigned)data[2 * i + 1] == q);
    }
}

/* MPI's order is in[i] op inout[i] with `in` of the lower rank. */
static void reduce_maps(MPI_Comm comm, int count, int root)
{
    const int maps = count / 2 + 1;
    fill_block(a, 2 * maps, rank, 1);
    if (root < 0) {
        MPI_Allreduce(a, b, maps, map, compose, comm);
        check_composed(b, maps);
    } else if (root == rank && count % 3 == 0) {
        MPI_Reduce(MPI_IN_PLACE, a, maps, map, compose, root, comm);
        check_composed(a, maps);
    } else {
        MPI_Reduce(a, b, maps, map, compose, root, comm);
        if (root == rank)
            check_composed(b, maps);
    }
}

static void share_out_maps(MPI_Comm comm, int count, bool in_place)
{
    const int maps = count / size / 2 + 1;
    for (int r = 0; r < size; r++)
        fill_block(a + 2 * maps * r, 2 * maps, rank, 1);
    if (in_place)
        MPI_Reduce_scatter_block(MPI_IN_PLACE, a, maps, map, compose, comm);
    else
        MPI_Reduce_scatter_block(a, b, maps, map, compose, comm);
    check_composed(in_place ? a : b, maps);
}

static void move(MPI_Comm comm, int kind, int count, int root)
{
    for (int to = 0; to < size; to++)
        fill_block(a + to * count, count, rank, to);
    switch (kind) {
    case 0:
        MPI_Bcast(a, count, MPI_INT, root, comm);
        check_block(a, count, root, 0);
        break;
    case 1:
        MPI_Gather(a, count, MPI_INT, b, count, MPI_INT, root, comm);
        for (int from = 0; rank == root && from < size; from++)
            check_block(b + from * count, count, from, 0);
        break;
    case 2:
        MPI_Scatter(a, count, MPI_INT, b, count, MPI_INT, root, comm);
        check_block(b, count, root, rank);
        break;
    case 3:
        MPI_Allgather(a, count, MPI_INT, b, count, MPI_INT, comm);
        for (int from = 0; from < size; from++)
            check_block(b + from * count, count, from, 0);
        break;
    case 4:
        MPI_Alltoall(a, count, MPI_INT, b, count, MPI_INT, comm);
        for (int from = 0; from < size; from++)
            check_block(b + from * count, count, from, rank);
        break;
    default:
        MPI_Alltoall(MPI_IN_PLACE, 0, MPI_INT, a, count, MPI_INT, comm);
        for (int from = 0; from < size; from++)
            check_block(a + from * count, count, from, rank);
    }
}

/* The sender's ints have gaps that the receiver's have not. */
static void move_spread(MPI_Comm comm, int root)
{
    int data[3 * 100];
    for (int i = 0; i < 100; i++)
        data[3 * i] = value_at(root, 5, i);
    if (rank == root) {
        MPI_Bcast(data, 1, spread, root, comm);
    } else {
        MPI_Bcast(b, 100, MPI_INT, root, comm);
        check_block(b, 100, root, 5);
    }
}

/* Every other rank's ints have gaps, or each one's block is there already. */
static void gather_spread(MPI_Comm comm, int count, bool in_place)
{
    const int gap = !in_place && rank % 2 ? 2 : 1;
    MPI_Datatype spaced;
    MPI_Type_vector(count, 1, gap, MPI_INT, &spaced);
    MPI_Type_commit(&spaced);
    int *own = in_place ? b + rank * count : a;
    for (int i = 0; i < count; i++)
        own[gap * i] = value_at(rank, 6, i);
    MPI_Allgather(in_place ? MPI_IN_PLACE : own, 1, spaced, b, count, MPI_INT,
                  comm);
    for (int from = 0; from < size; from++)
        check_block(b + from * count, count, from, 6);
    MPI_Type_free(&spaced);
}

static void one(MPI_Comm comm, int kind, int count, int root)
{
    if (kind < 6)
        move(comm, kind, count, root);
    else if (kind == 10)
        gather_spread(comm, count, root == 0);
    else if (kind == 6)
        reduce_maps(comm, count, root);
    else if (kind == 7)
        reduce_maps(comm, count, -1);
    else if (kind == 8)
        share_out_maps(comm, count, root == 0);
    else if (count > 1000)
        move_spread(comm, root);
    else
        MPI_Barrier(comm);
}

/* Something nonblocking that a blocking collective passes by. */
static void one_beside(MPI_Comm comm, int kind, int count, int root)
{
    int mine = value_at(rank, 2, root), sum, got = 0;
    MPI_Request r[3];
    MPI_Iallreduce(&mine, &sum, 1, MPI_INT, MPI_SUM, comm, &r[0]);
    MPI_Irecv(&got, 1, MPI_INT, (rank + 1) % size, 3, comm, &r[1]);
    one(comm, kind, count, root);
    MPI_Isend(&mine, 1, MPI_INT, (rank + size - 1) % size, 3, comm, &r[2]);
    MPI_Waitall(3, r, MPI_STATUSES_IGNORE);
    CHECK(got == value_at((rank + 1) % size, 2, root));
    unsigned wanted = 0;
    for (int i = 0; i < size; i++)
        wanted += (unsigned)value_at(i, 2, root);
    CHECK((unsigned)sum == wanted);
}

int main(void)
{
    MPI_Comm comms[COMMS];
    begin(&rank, &size);
    /* More would take too much memory. */
    const int long_picks = size > 8 ? 3 : LONG_COUNTS;
    a = make_blocks(size, long_counts[long_picks - 1] + 2);
    b = make_blocks(size, long_counts[long_picks - 1] + 2);
    spread = make_spread(100);
    MPI_Type_contiguous(2, MPI_INT, &map);
    MPI_Type_commit(&map);
    MPI_Op_create(compose_maps, 0, &compose);
    for (int i = 0; i < COMMS; i++)
        MPI_Comm_dup(MPI_COMM_WORLD, &comms[i]);
    const int rounds = size > 8 ? ROUNDS / 4 : ROUNDS;
    for (int i = 0; i < rounds; i++) {
        MPI_Comm *comm = &comms[pick(COMMS)];
        const int kind = pick(OPERATIONS);
        const int count = pick(40) == 0 ? long_counts[pick(long_picks)]
                                        : counts[pick(i % 2 ? 6 : COUNTS)];
        const int root = pick(size);
        if (pick(8) == 0)
            one_beside(*comm, kind, count, root);
        else
            one(*comm, kind, count, root);
        if (pick(100) == 0) {
            MPI_Comm_free(comm);
            MPI_Comm_dup(MPI_COMM_WORLD, comm);
        }
    }
    for (int i = 0; i < COMMS; i++)
        MPI_Comm_free(&comms[i]);
    MPI_Op_free(&compose);
    MPI_Type_free(&map);
    MPI_Type_free(&spread);
    free(a);
    free(b);
    MPI_Finalize();
    return 0;
}
