/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wrong arguments of collectives end with the class the standard names, and
 * the communicator stays usable.
 *
 * ranks: 1 2 3
 */
#include "blocks.h"

static void bad_arguments(MPI_Comm comm, int rank, int size)
{
    static const int ones[] = { 1, 1, 1 };
    int data[64] = { 0 }, other[64] = { 0 };
    MPI_Datatype raw;
    CHECK_ERROR(MPI_Bcast(data, 1, MPI_INT, size, comm), MPI_ERR_ROOT);
    CHECK_ERROR(MPI_Bcast(data, 1, MPI_INT, -1, comm), MPI_ERR_ROOT);
    CHECK_ERROR(MPI_Bcast(data, -1, MPI_INT, 0, comm), MPI_ERR_COUNT);
    CHECK_ERROR(MPI_Bcast(data, 1, MPI_DATATYPE_NULL, 0, comm), MPI_ERR_TYPE);
    CHECK_ERROR(MPI_Bcast(NULL, 1, MPI_INT, 0, comm), MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Bcast(MPI_IN_PLACE, 1, MPI_INT, 0, comm), MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Allreduce(data, other, 1, MPI_DOUBLE, MPI_BAND, comm),
                MPI_ERR_OP);
    CHECK_ERROR(MPI_Allreduce(data, other, 1, MPI_INT, MPI_OP_NULL, comm),
                MPI_ERR_OP);
    CHECK_ERROR(MPI_Allreduce(data, MPI_IN_PLACE, 1, MPI_INT, MPI_SUM, comm),
                MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Allreduce(data, data, 1, MPI_INT, MPI_SUM, comm),
                MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Alltoall(data, 1, MPI_INT, data, 1, MPI_INT, comm),
                MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Allgather(data + rank, 1, MPI_INT, data, 1, MPI_INT, comm),
                MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Reduce_scatter_block(data, data, 1, MPI_INT, MPI_SUM, comm),
                MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Reduce_scatter(data, data, ones, MPI_INT, MPI_SUM, comm),
                MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Reduce_local(data, data, 1, MPI_INT, MPI_SUM),
                MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Reduce(MPI_IN_PLACE, data, 1, MPI_INT, MPI_SUM, size,
                           comm), MPI_ERR_ROOT);
    if (size > 1 && rank == 1)
        CHECK_ERROR(MPI_Reduce(MPI_IN_PLACE, data, 1, MPI_INT, MPI_SUM, 0,
                               comm), MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Allgather(data, 2, MPI_INT, other, 1, MPI_INT, comm),
                MPI_ERR_TRUNCATE);
    MPI_Type_contiguous(2, MPI_INT, &raw);
    CHECK_ERROR(MPI_Bcast(data, 1, raw, 0, comm), MPI_ERR_TYPE);
    MPI_Type_free(&raw);
}

/* The root's message is longer than what the others receive. */
static void truncation(MPI_Comm comm, int rank)
{
    static const int longs[] = { 100, 100000 };
    for (int i = 0; i < 2; i++) {
        int *data = make_blocks(1, longs[i]);
        int err = MPI_Bcast(data, rank == 0 ? longs[i] : longs[i] - 1, MPI_INT,
                            0, comm);
        CHECK_ERROR(err, rank == 0 ? MPI_SUCCESS : MPI_ERR_TRUNCATE);
        free(data);
    }
}

int main(void)
{
    int rank, size;
    MPI_Comm comm;
    begin(&rank, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    bad_arguments(comm, rank, size);
    CHECK_ERROR(MPI_Barrier(MPI_COMM_NULL), MPI_ERR_COMM);
    if (size == 2)
        truncation(comm, rank);
    int sum = 0;
    CHECK_ERROR(MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, comm),
                MPI_SUCCESS);
    CHECK(sum == size * (size - 1) / 2);
    MPI_Comm_free(&comm);
    MPI_Finalize();
    return 0;
}
