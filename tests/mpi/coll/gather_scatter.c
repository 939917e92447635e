/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gather and scatter of every size at every root, in place and not, and
 * between different layouts.
 *
 * ranks: 1 2 3 4 5 8
 */
#include "blocks.h"

static void check_all(const int *all, int count, int size, int to)
{
    for (int from = 0; from < size; from++)
        check_block(all + (size_t)from * (size_t)count, count, from, to);
}

static void gather(int rank, int size, int count, int root)
{
    int *own = make_blocks(1, count);
    int *all = make_blocks(size, count);
    fill_block(own, count, rank, root);
    MPI_Gather(own, count, MPI_INT, rank == root ? all : NULL, count, MPI_INT,
               root, MPI_COMM_WORLD);
    if (rank == root) {
        check_all(all, count, size, root);
        memset(all, 0, (size_t)size * (size_t)count * sizeof *all);
        fill_block(all + (size_t)rank * (size_t)count, count, rank, root);
    }
    MPI_Gather_c(rank == root ? MPI_IN_PLACE : own, count, MPI_INT,
                 rank == root ? all : NULL, count, MPI_INT, root,
                 MPI_COMM_WORLD);
    if (rank == root)
        check_all(all, count, size, root);
    free(own);
    free(all);
}

static void scatter(int rank, int size, int count, int root)
{
    int *own = make_blocks(1, count);
    int *all = make_blocks(size, count);
    for (int to = 0; rank == root && to < size; to++)
        fill_block(all + (size_t)to * (size_t)count, count, root, to);
    MPI_Scatter(rank == root ? all : NULL, count, MPI_INT, own, count, MPI_INT,
                root, MPI_COMM_WORLD);
    check_block(own, count, root, rank);
    for (int i = 0; i < count; i++)
        own[i] = 0;
    MPI_Scatter_c(rank == root ? all : NULL, count, MPI_INT,
                  rank == root ? MPI_IN_PLACE : own, count, MPI_INT, root,
                  MPI_COMM_WORLD);
    if (rank != root)
        check_block(own, count, root, rank);
    free(own);
    free(all);
}

/* Senders keep their ints three apart; the root receives them side by side. */
static void spread(int rank, int size, int count, int root)
{
    MPI_Datatype type = make_spread(count);
    int *own = make_blocks(3, count);
    int *all = make_blocks(size, count);
    for (int i = 0; i < count; i++)
        own[3 * i] = value_at(rank, root, i);
    MPI_Gather(own, 1, type, all, count, MPI_INT, root, MPI_COMM_WORLD);
    if (rank == root)
        check_all(all, count, size, root);
    for (int i = 0; i < count; i++)
        own[3 * i] = 0;
    MPI_Scatter(all, count, MPI_INT, own, 1, type, root, MPI_COMM_WORLD);
    for (int i = 0; i < count; i++)
        CHECK(own[3 * i] == value_at(rank, root, i) && own[3 * i + 1] == -7);
    MPI_Type_free(&type);
    free(own);
    free(all);
}

int main(void)
{
    int rank, size;
    begin(&rank, &size);
    for (int c = 0; c < BLOCK_COUNTS; c++)
        for (int root = 0; root < size; root += 1 + size / 4) {
            gather(rank, size, block_counts[c], root);
            scatter(rank, size, block_counts[c], root);
            if (block_counts[c] > 0)
                spread(rank, size, block_counts[c], root);
        }
    MPI_Finalize();
    return 0;
}
