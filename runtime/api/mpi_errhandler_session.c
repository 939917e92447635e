/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Error handlers of sessions (MPI 5.0, 9.3.4). Making one works at any time,
 * as MPI_Session_init takes it.
 */
#include "runtime/api/session_call.h"

#include "runtime/api/check.h"
#include "runtime/api/errhandler_call.h"
#include "runtime/api/instance.h"
#include "runtime/base/error.h"

PROFILE(MPI_Session_create_errhandler);
int MPI_Session_create_errhandler(
    MPI_Session_errhandler_function *session_errhandler_fn,
    MPI_Errhandler *errhandler)
{
    LIBRARY_LOCKED;
    struct mpi_errhandler *e;
    int err = objects_open();
    if (err == MPI_SUCCESS && !session_errhandler_fn)
        err = error_make(MPI_ERR_ARG, "the function is a null pointer");
    if (err == MPI_SUCCESS)
        err = check_pointer(errhandler, "errhandler");
    if (err == MPI_SUCCESS)
        err = errhandler_create(KIND_SESSION, &e);
    if (err == MPI_SUCCESS) {
        e->user.session = session_errhandler_fn;
        err = errhandler_give(e, errhandler);
        errhandler_release(e);
    }
    return api_result_anytime(err, "MPI_Session_create_errhandler");
}

PROFILE(MPI_Session_set_errhandler);
int MPI_Session_set_errhandler(MPI_Session session, MPI_Errhandler errhandler)
{
    LIBRARY_LOCKED;
    struct session *s;
    struct mpi_errhandler *e;
    int err = check_session(session, &s);
    if (err == MPI_SUCCESS)
        err = check_errhandler(errhandler, KIND_SESSION, &e);
    if (err == MPI_SUCCESS) {
        errhandler_retain(e);
        errhandler_release(s->errhandler);
        s->errhandler = e;
    }
    return session_result(s, err, "MPI_Session_set_errhandler");
}

PROFILE(MPI_Session_get_errhandler);
int MPI_Session_get_errhandler(MPI_Session session, MPI_Errhandler *errhandler)
{
    LIBRARY_LOCKED;
    struct session *s;
    int err = check_session(session, &s);
    if (err == MPI_SUCCESS)
        err = check_pointer(errhandler, "errhandler");
    if (err == MPI_SUCCESS)
        err = errhandler_give(s->errhandler, errhandler);
    return session_result(s, err, "MPI_Session_get_errhandler");
}

PROFILE(MPI_Session_call_errhandler);
int MPI_Session_call_errhandler(MPI_Session session, int errorcode)
{
    LIBRARY_LOCKED;
    struct session *s;
    int err = check_session(session, &s);
    if (err != MPI_SUCCESS)
        return session_raise(s, err, "MPI_Session_call_errhandler");
    /* Called is the answer; what the handler was told is not our error. */
    session_raise(s, errorcode, "MPI_Session_call_errhandler");
    return MPI_SUCCESS;
}
