/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * User error handlers: called once, with the communicator and the code that is
 * then returned; inherited, replaced, and freed while in use.
 *
 * ranks: 1 2
 */
#include "../check.h"

static int calls, seen_code;
static MPI_Comm seen_comm;

static void note(MPI_Comm *comm, int *code, ...)
{
    calls++;
    seen_comm = *comm;
    seen_code = *code;
}

static void other(MPI_Comm *comm, int *code, ...)
{
    calls += 100;
    seen_comm = *comm;
    seen_code = *code;
}

static void check_called(MPI_Comm comm, int code, int wanted_calls)
{
    CHECK(calls == wanted_calls);
    CHECK(seen_comm == comm);
    CHECK(seen_code == code);
    calls = 0;
}

int main(void)
{
    int number = 0, size;
    MPI_Comm comm, copy;
    MPI_Errhandler handler, second, got;
    MPI_Init(NULL, NULL);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);

    MPI_Comm_get_errhandler(comm, &got);
    CHECK(got == MPI_ERRORS_ARE_FATAL);
    MPI_Errhandler_free(&got);
    CHECK(got == MPI_ERRHANDLER_NULL);

    MPI_Comm_create_errhandler(note, &handler);
    CHECK(MPI_Errhandler_fromint(MPI_Errhandler_toint(handler)) == handler);
    MPI_Comm_set_errhandler(comm, handler);
    int code = MPI_Send(&number, 1, MPI_INT, size, 0, comm);
    CHECK_ERROR(code, MPI_ERR_RANK);
    check_called(comm, code, 1);

    /* The communicator keeps a handler whose handle was freed. */
    MPI_Errhandler_free(&handler);
    code = MPI_Send(&number, -1, MPI_INT, 0, 0, comm);
    CHECK_ERROR(code, MPI_ERR_COUNT);
    check_called(comm, code, 1);

    /* A duplicate inherits it. */
    MPI_Comm_dup(comm, &copy);
    code = MPI_Recv(&number, 1, MPI_INT, 0, -7, copy, MPI_STATUS_IGNORE);
    CHECK_ERROR(code, MPI_ERR_TAG);
    check_called(copy, code, 1);

    MPI_Comm_get_errhandler(comm, &got);
    MPI_Comm_create_errhandler(other, &second);
    MPI_Comm_set_errhandler(comm, second);
    CHECK(MPI_Comm_call_errhandler(comm, MPI_ERR_OTHER) == MPI_SUCCESS);
    check_called(comm, MPI_ERR_OTHER, 100);
    MPI_Comm_set_errhandler(comm, got);
    CHECK(MPI_Comm_call_errhandler(comm, MPI_ERR_OTHER) == MPI_SUCCESS);
    check_called(comm, MPI_ERR_OTHER, 1);
    MPI_Errhandler_free(&got);
    MPI_Errhandler_free(&second);

    /* Errors without a communicator belong to MPI_COMM_SELF's. */
    MPI_Comm_create_errhandler(note, &handler);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, handler);
    code = MPI_Type_size(MPI_DATATYPE_NULL, &number);
    CHECK_ERROR(code, MPI_ERR_TYPE);
    check_called(MPI_COMM_SELF, code, 1);
    got = handler;
    MPI_Errhandler_free(&handler);
    CHECK_ERROR(MPI_Errhandler_free(&got), MPI_ERR_ERRHANDLER);
    check_called(MPI_COMM_SELF, seen_code, 1);

    MPI_Comm_free(&copy);
    MPI_Comm_free(&comm);
    MPI_Finalize();
    return 0;
}
