/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Broadcasts of every size from every root, also between different layouts.
 *
 * ranks: 1 2 3 4 5 8
 */
#include "blocks.h"

static void plain(int rank, int size, int count)
{
    int *data = make_blocks(1, count);
    for (int root = 0; root < size; root++) {
        if (rank == root)
            fill_block(data, count, root, count);
        CHECK(MPI_Bcast(data, count, MPI_INT, root, MPI_COMM_WORLD) ==
              MPI_SUCCESS);
        check_block(data, count, root, count);
        CHECK(data[count] == -7);
    }
    free(data);
}

/* Odd ranks keep the ints three apart. */
static void spread(int rank, int size, int count)
{
    MPI_Datatype type = make_spread(count);
    int *data = make_blocks(3, count);
    const int step = rank % 2 ? 3 : 1;
    for (int root = 0; root < size; root++) {
        for (int i = 0; rank == root && i < count; i++)
            data[i * step] = value_at(root, 1, i);
        if (step == 3)
            MPI_Bcast(data, 1, type, root, MPI_COMM_WORLD);
        else
            MPI_Bcast_c(data, count, MPI_INT, root, MPI_COMM_WORLD);
        for (int i = 0; i < count; i++)
            CHECK(data[i * step] == value_at(root, 1, i));
        if (step == 3)
            CHECK(data[1] == -7);
    }
    free(data);
    MPI_Type_free(&type);
}

int main(void)
{
    int rank, size;
    begin(&rank, &size);
    for (int c = 0; c < BLOCK_COUNTS; c++) {
        plain(rank, size, block_counts[c]);
        if (block_counts[c] > 0)
            spread(rank, size, block_counts[c]);
    }
    MPI_Finalize();
    return 0;
}
