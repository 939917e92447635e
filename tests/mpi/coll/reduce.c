/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reductions of every size to every root and to all, in place and not, with
 * operations that commute and one that does not.
 *
 * ranks: 1 2 3 4 5 8
 */
#include "blocks.h"

static MPI_Op compose;
static MPI_Datatype map_type; /* x -> a x + b, as two unsigneds */

/* in after inout: the composition of the lower rank's map with ours. */
static void compose_maps(void *in, void *inout, int *len, MPI_Datatype *type)
{
    const unsigned *low = in;
    unsigned *high = inout;
    (void)type;
    for (int i = 0; i < *len; i++) {
        high[2 * i + 1] += high[2 * i] * low[2 * i + 1];
        high[2 * i] *= low[2 * i];
    }
}

static unsigned part(int rank, int i)
{
    return (unsigned)(3 + 2 * rank + 7 * i) | 1u;
}

static void fill(unsigned *data, int count, int rank)
{
    for (int i = 0; i < 2 * count; i++)
        data[i] = part(rank, i);
}

static void check_composed(const unsigned *data, int count, int size)
{
    for (int i = 0; i < count; i++) {
        unsigned a = 1, b = 0;
        for (int r = 0; r < size; r++) {
            b = part(r, 2 * i) * b + part(r, 2 * i + 1);
            a *= part(r, 2 * i);
        }
        CHECK(data[2 * i] == a && data[2 * i + 1] == b);
    }
}

static void check_sum(const unsigned *data, int count, int size)
{
    for (int i = 0; i < 2 * count; i++) {
        unsigned sum = 0;
        for (int r = 0; r < size; r++)
            sum += part(r, i);
        CHECK(data[i] == sum);
    }
}

static void reduce(int rank, int size, int count, int root)
{
    unsigned *in = (unsigned *)make_blocks(2, count);
    unsigned *out = (unsigned *)make_blocks(2, count);
    fill(in, count, rank);
    MPI_Reduce(in, out, 2 * count, MPI_UNSIGNED, MPI_SUM, root,
               MPI_COMM_WORLD);
    if (rank == root)
        check_sum(out, count, size);
    else
        CHECK(out[0] == (unsigned)-7);
    MPI_Reduce_c(in, out, count, map_type, compose, root, MPI_COMM_WORLD);
    if (rank == root)
        check_composed(out, count, size);
    MPI_Reduce(rank == root ? MPI_IN_PLACE : in, rank == root ? in : NULL,
               count, map_type, compose, root, MPI_COMM_WORLD);
    if (rank == root)
        check_composed(in, count, size);
    free(in);
    free(out);
}

static void allreduce(int rank, int size, int count)
{
    unsigned *in = (unsigned *)make_blocks(2, count);
    unsigned *out = (unsigned *)make_blocks(2, count);
    fill(in, count, rank);
    MPI_Allreduce(in, out, 2 * count, MPI_UNSIGNED, MPI_SUM, MPI_COMM_WORLD);
    check_sum(out, count, size);
    MPI_Allreduce_c(in, out, count, map_type, compose, MPI_COMM_WORLD);
    check_composed(out, count, size);
    MPI_Allreduce(MPI_IN_PLACE, in, 2 * count, MPI_UNSIGNED, MPI_SUM,
                  MPI_COMM_WORLD);
    check_sum(in, count, size);
    fill(in, count, rank);
    MPI_Allreduce(MPI_IN_PLACE, in, count, map_type, compose, MPI_COMM_WORLD);
    check_composed(in, count, size);
    free(in);
    free(out);
}

static void doubles(int rank, int size)
{
    double in[3] = { rank, -rank, 0.5 }, out[3];
    MPI_Allreduce(in, out, 3, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    CHECK(out[0] == size - 1 && out[1] == 0 && out[2] == 0.5);
    MPI_Allreduce(in, out, 3, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    CHECK(out[0] == size * (size - 1) / 2.0 && out[2] == 0.5 * size);
    struct { int value, index; } at = { rank == size / 2, rank }, best;
    MPI_Allreduce(&at, &best, 1, MPI_2INT, MPI_MAXLOC, MPI_COMM_WORLD);
    CHECK(best.value == 1 && best.index == size / 2);
}

int main(void)
{
    int rank, size;
    begin(&rank, &size);
    MPI_Type_contiguous(2, MPI_UNSIGNED, &map_type);
    MPI_Type_commit(&map_type);
    MPI_Op_create(compose_maps, 0, &compose);
    for (int c = 0; c < BLOCK_COUNTS; c++) {
        for (int root = 0; root < size; root += 1 + size / 4)
            reduce(rank, size, block_counts[c], root);
        allreduce(rank, size, block_counts[c]);
    }
    doubles(rank, size);
    MPI_Op_free(&compose);
    MPI_Type_free(&map_type);
    MPI_Finalize();
    return 0;
}
