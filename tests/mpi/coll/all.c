/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allgather and alltoall of every size, in place and not, and between
 * different layouts.
 *
 * ranks: 1 2 3 4 5 8
 */
#include "blocks.h"

static int *at(int *all, int block, int count)
{
    return all + (size_t)block * (size_t)count;
}

static void allgather(int rank, int size, int count)
{
    int *own = make_blocks(1, count);
    int *all = make_blocks(size, count);
    fill_block(own, count, rank, 0);
    MPI_Allgather(own, count, MPI_INT, all, count, MPI_INT, MPI_COMM_WORLD);
    for (int from = 0; from < size; from++)
        check_block(at(all, from, count), count, from, 0);
    memset(all, 0, (size_t)size * (size_t)count * sizeof *all);
    fill_block(at(all, rank, count), count, rank, 1);
    MPI_Allgather_c(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, count, MPI_INT,
                    MPI_COMM_WORLD);
    for (int from = 0; from < size; from++)
        check_block(at(all, from, count), count, from, 1);
    free(own);
    free(all);
}

static void check_received(int *in, int rank, int size, int count)
{
    for (int from = 0; from < size; from++)
        check_block(at(in, from, count), count, from, rank);
}

static void alltoall(int rank, int size, int count)
{
    int *out = make_blocks(size, count);
    int *in = make_blocks(size, count);
    for (int to = 0; to < size; to++)
        fill_block(at(out, to, count), count, rank, to);
    MPI_Alltoall(out, count, MPI_INT, in, count, MPI_INT, MPI_COMM_WORLD);
    check_received(in, rank, size, count);
    MPI_Alltoall_c(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, out, count, MPI_INT,
                   MPI_COMM_WORLD);
    check_received(out, rank, size, count);
    free(out);
    free(in);
}

/* What is received lies three ints apart. */
static void spread(int rank, int size, int count)
{
    MPI_Datatype wide = make_spread(count), type;
    int *out = make_blocks(size, count);
    int *in = make_blocks(3 * size, count);
    MPI_Type_contiguous(1, wide, &type);
    MPI_Type_commit(&type);
    for (int to = 0; to < size; to++)
        fill_block(at(out, to, count), count, rank, to);
    MPI_Alltoall(out, count, MPI_INT, in, 1, type, MPI_COMM_WORLD);
    for (int from = 0; from < size; from++)
        for (int i = 0; i < count; i++) /* the extent is 3 count - 2 ints */
            CHECK(in[from * (3 * count - 2) + 3 * i] ==
                  value_at(from, rank, i));
    MPI_Type_free(&type);
    MPI_Type_free(&wide);
    free(out);
    free(in);
}

int main(void)
{
    int rank, size;
    begin(&rank, &size);
    for (int c = 0; c < BLOCK_COUNTS; c++) {
        allgather(rank, size, block_counts[c]);
        alltoall(rank, size, block_counts[c]);
        if (block_counts[c] > 0)
            spread(rank, size, block_counts[c]);
    }
    MPI_Finalize();
    return 0;
}
