/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A request may outlive the handle of its communicator (MPI 5.0, 7.4.3), also
 * when it ends in an error: the error handler is still that communicator's.
 *
 * ranks: 2
 */
#include "check.h"

static int handled;

static void handle(MPI_Comm *comm, int *code, ...)
{
    int error_class;
    (void)comm;
    MPI_Error_class(*code, &error_class);
    CHECK(error_class == MPI_ERR_TRUNCATE || error_class == MPI_ERR_IN_STATUS);
    handled++;
}

static MPI_Comm make_comm(void)
{
    MPI_Comm comm;
    MPI_Errhandler handler;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_create_errhandler(handle, &handler);
    MPI_Comm_set_errhandler(comm, handler);
    MPI_Errhandler_free(&handler);
    return comm;
}

/* Rank 0 receives too little by the two ways of waiting. */
static void receive(MPI_Comm comm, int way)
{
    int in[2];
    MPI_Request request;
    MPI_Status status;
    MPI_Irecv(in, 1, MPI_INT, 1, 0, comm, &request);
    MPI_Comm_free(&comm);
    int err = way ? MPI_Waitall(1, &request, &status)
                  : MPI_Wait(&request, &status);
    CHECK_ERROR(err, way ? MPI_ERR_IN_STATUS : MPI_ERR_TRUNCATE);
    CHECK(request == MPI_REQUEST_NULL);
    if (way)
        CHECK_ERROR(status.MPI_ERROR, MPI_ERR_TRUNCATE);
}

int main(int argc, char **argv)
{
    int rank, out[2] = { 1, 2 };
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (int way = 0; way < 2; way++) {
        MPI_Comm comm = make_comm();
        if (rank == 0) {
            receive(comm, way);
        } else {
            MPI_Send(out, 2, MPI_INT, 0, 0, comm);
            MPI_Comm_free(&comm);
        }
    }
    CHECK(handled == (rank == 0 ? 2 : 0));
    MPI_Finalize();
    return 0;
}
