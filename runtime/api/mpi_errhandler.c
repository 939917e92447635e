/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Error handlers of communicators (MPI 5.0, 9.3).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/api/errhandler_call.h"
#include "runtime/api/instance.h"
#include "runtime/base/error.h"

int check_errhandler(MPI_Errhandler handle, enum kind of,
                     struct mpi_errhandler **out)
{
    *out = errhandler_find(handle);
    if (*out && errhandler_is_given(*out) &&
        ((*out)->of == of || (*out)->of == KIND_FREE || of == KIND_FREE))
        return MPI_SUCCESS;
    if (*out && errhandler_is_given(*out))
        return error_make(MPI_ERR_ERRHANDLER, "the error handler is for "
                          "another kind of object");
    if (handle == MPI_ERRHANDLER_NULL)
        return error_make(MPI_ERR_ERRHANDLER,
                          "MPI_ERRHANDLER_NULL is not an error handler");
    return error_make(MPI_ERR_ERRHANDLER,
                      "handle 0x%llx is not an error handler",
                      (unsigned long long)(uintptr_t)handle);
}

PROFILE(MPI_Comm_create_errhandler);
int MPI_Comm_create_errhandler(MPI_Comm_errhandler_function *comm_errhandler_fn,
                               MPI_Errhandler *errhandler)
{
    LIBRARY_LOCKED;
    struct mpi_errhandler *e;
    int err = objects_open();
    if (err == MPI_SUCCESS && !comm_errhandler_fn)
        err = error_make(MPI_ERR_ARG, "the function is a null pointer");
    if (err == MPI_SUCCESS)
        err = check_pointer(errhandler, "errhandler");
    if (err == MPI_SUCCESS)
        err = errhandler_create(KIND_COMM, &e);
    if (err == MPI_SUCCESS) {
        e->user.comm = comm_errhandler_fn;
        err = errhandler_give(e, errhandler);
        errhandler_release(e);
    }
    return api_result_anytime(err, "MPI_Comm_create_errhandler");
}

PROFILE(MPI_Comm_set_errhandler);
int MPI_Comm_set_errhandler(MPI_Comm comm, MPI_Errhandler errhandler)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c;
    struct mpi_errhandler *e;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_errhandler(errhandler, KIND_COMM, &e);
    if (err == MPI_SUCCESS) {
        errhandler_retain(e);
        errhandler_release(c->errhandler);
        c->errhandler = e;
    }
    return api_result(c, err, "MPI_Comm_set_errhandler");
}

PROFILE(MPI_Comm_get_errhandler);
int MPI_Comm_get_errhandler(MPI_Comm comm, MPI_Errhandler *errhandler)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_pointer(errhandler, "errhandler");
    if (err == MPI_SUCCESS)
        err = errhandler_give(c->errhandler, errhandler);
    return api_result(c, err, "MPI_Comm_get_errhandler");
}

PROFILE(MPI_Comm_call_errhandler);
int MPI_Comm_call_errhandler(MPI_Comm comm, int errorcode)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c;
    int err = check_comm(comm, &c);
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Comm_call_errhandler");
    /* Called is the answer; what the handler was told is not our error. */
    api_raise(c, errorcode, "MPI_Comm_call_errhandler");
    return MPI_SUCCESS;
}

PROFILE(MPI_Errhandler_free);
int MPI_Errhandler_free(MPI_Errhandler *errhandler)
{
    LIBRARY_LOCKED;
    struct mpi_errhandler *e;
    int err = check_pointer(errhandler, "errhandler");
    if (err == MPI_SUCCESS)
        err = check_errhandler(*errhandler, KIND_FREE, &e);
    if (err == MPI_SUCCESS) {
        errhandler_take(e);
        *errhandler = MPI_ERRHANDLER_NULL;
    }
    return api_result_anytime(err, "MPI_Errhandler_free");
}

PROFILE(MPI_Errhandler_toint);
int MPI_Errhandler_toint(MPI_Errhandler errhandler)
{
    return (int)(uintptr_t)errhandler;
}

PROFILE(MPI_Errhandler_fromint);
MPI_Errhandler MPI_Errhandler_fromint(int errhandler)
{
    return (MPI_Errhandler)(uintptr_t)(unsigned)errhandler;
}
