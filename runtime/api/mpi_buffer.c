/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buffers for buffered sends, of the process, a communicator or a session
 * (MPI 5.0, 3.6).
 */
#include "runtime/api/api.h"

#include <limits.h>

#include "runtime/api/check.h"
#include "runtime/api/session_call.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/p2p/bsend.h"

/* Where a call's buffer hangs, and whose error handler applies. */
struct owner {
    struct bsend_buffer **place;
    struct mpi_comm *comm;
    struct session *session;
};

static int of_process(struct owner *o)
{
    *o = (struct owner){ .place = NULL };
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        o->place = &library.process->buffer;
    return err;
}

static int of_comm(MPI_Comm comm, struct owner *o)
{
    *o = (struct owner){ .place = NULL };
    int err = check_comm(comm, &o->comm);
    if (err == MPI_SUCCESS)
        o->place = &o->comm->buffer;
    return err;
}

static int of_session(MPI_Session session, struct owner *o)
{
    *o = (struct owner){ .place = NULL };
    int err = check_session(session, &o->session);
    if (err == MPI_SUCCESS)
        o->place = &o->session->buffer;
    return err;
}

static int result(const struct owner *o, int err, const char *function)
{
    return o->session ? session_result(o->session, err, function)
                      : api_result(o->comm, err, function);
}

static struct progress *job_progress(void)
{
    return &library.process->progress;
}

/* Each takes what its of_ function returned. */
static int attach(int err, const struct owner *o, void *buffer, MPI_Count size,
                  const char *function)
{
    const bool is_automatic = buffer == MPI_BUFFER_AUTOMATIC;
    if (err == MPI_SUCCESS && size < 0 && !is_automatic)
        err = error_make(MPI_ERR_ARG, "size %lld is negative",
                         (long long)size);
    if (err == MPI_SUCCESS && size > 0)
        err = check_pointer(buffer, "buffer");
    if (err == MPI_SUCCESS)
        err = bsend_attach(o->place, buffer, is_automatic ? 0 : size);
    return result(o, err, function);
}

static int detach(int err, const struct owner *o, void *buffer_addr,
                  MPI_Count *size, const char *function)
{
    if (err == MPI_SUCCESS)
        err = check_pointer(buffer_addr, "buffer_addr");
    if (err == MPI_SUCCESS)
        err = check_pointer(size, "size");
    if (err == MPI_SUCCESS)
        bsend_detach(o->place, job_progress(), buffer_addr, size);
    return result(o, err, function);
}

/* detach for a size of int. */
static int detach_int(int err, const struct owner *o, void *buffer_addr,
                      int *size, const char *function)
{
    MPI_Count bytes = 0;
    if (err == MPI_SUCCESS)
        err = check_pointer(size, "size");
    err = detach(err, o, buffer_addr, &bytes, function);
    if (err == MPI_SUCCESS)
        *size = bytes > INT_MAX ? MPI_UNDEFINED : (int)bytes;
    return err;
}

static int flush(int err, const struct owner *o, const char *function)
{
    if (err == MPI_SUCCESS)
        bsend_flush(*o->place, job_progress());
    return result(o, err, function);
}

static int iflush(int err, const struct owner *o, MPI_Request *request,
                  const char *function)
{
    struct mpi_request *r;
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = bsend_flush_start(*o->place, job_progress(), &r);
    if (err == MPI_SUCCESS)
        *request = request_handle(r);
    return result(o, err, function);
}

PROFILE(MPI_Buffer_attach);
int MPI_Buffer_attach(void *buffer, int size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_process(&o);
    return attach(err, &o, buffer, size, "MPI_Buffer_attach");
}

PROFILE(MPI_Buffer_attach_c);
int MPI_Buffer_attach_c(void *buffer, MPI_Count size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_process(&o);
    return attach(err, &o, buffer, size, "MPI_Buffer_attach_c");
}

PROFILE(MPI_Buffer_detach);
int MPI_Buffer_detach(void *buffer_addr, int *size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_process(&o);
    return detach_int(err, &o, buffer_addr, size, "MPI_Buffer_detach");
}

PROFILE(MPI_Buffer_detach_c);
int MPI_Buffer_detach_c(void *buffer_addr, MPI_Count *size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_process(&o);
    return detach(err, &o, buffer_addr, size, "MPI_Buffer_detach_c");
}

PROFILE(MPI_Buffer_flush);
int MPI_Buffer_flush(void)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_process(&o);
    return flush(err, &o, "MPI_Buffer_flush");
}

PROFILE(MPI_Buffer_iflush);
int MPI_Buffer_iflush(MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_process(&o);
    return iflush(err, &o, request, "MPI_Buffer_iflush");
}

PROFILE(MPI_Comm_attach_buffer);
int MPI_Comm_attach_buffer(MPI_Comm comm, void *buffer, int size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_comm(comm, &o);
    return attach(err, &o, buffer, size, "MPI_Comm_attach_buffer");
}

PROFILE(MPI_Comm_attach_buffer_c);
int MPI_Comm_attach_buffer_c(MPI_Comm comm, void *buffer, MPI_Count size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_comm(comm, &o);
    return attach(err, &o, buffer, size, "MPI_Comm_attach_buffer_c");
}

PROFILE(MPI_Comm_detach_buffer);
int MPI_Comm_detach_buffer(MPI_Comm comm, void *buffer_addr, int *size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_comm(comm, &o);
    return detach_int(err, &o, buffer_addr, size, "MPI_Comm_detach_buffer");
}

PROFILE(MPI_Comm_detach_buffer_c);
int MPI_Comm_detach_buffer_c(MPI_Comm comm, void *buffer_addr, MPI_Count *size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_comm(comm, &o);
    return detach(err, &o, buffer_addr, size, "MPI_Comm_detach_buffer_c");
}

PROFILE(MPI_Comm_flush_buffer);
int MPI_Comm_flush_buffer(MPI_Comm comm)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_comm(comm, &o);
    return flush(err, &o, "MPI_Comm_flush_buffer");
}

PROFILE(MPI_Comm_iflush_buffer);
int MPI_Comm_iflush_buffer(MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_comm(comm, &o);
    return iflush(err, &o, request, "MPI_Comm_iflush_buffer");
}

PROFILE(MPI_Session_attach_buffer);
int MPI_Session_attach_buffer(MPI_Session session, void *buffer, int size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_session(session, &o);
    return attach(err, &o, buffer, size, "MPI_Session_attach_buffer");
}

PROFILE(MPI_Session_attach_buffer_c);
int MPI_Session_attach_buffer_c(MPI_Session session, void *buffer,
                                MPI_Count size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_session(session, &o);
    return attach(err, &o, buffer, size, "MPI_Session_attach_buffer_c");
}

PROFILE(MPI_Session_detach_buffer);
int MPI_Session_detach_buffer(MPI_Session session, void *buffer_addr, int *size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_session(session, &o);
    return detach_int(err, &o, buffer_addr, size, "MPI_Session_detach_buffer");
}

PROFILE(MPI_Session_detach_buffer_c);
int MPI_Session_detach_buffer_c(MPI_Session session, void *buffer_addr,
                                MPI_Count *size)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_session(session, &o);
    return detach(err, &o, buffer_addr, size, "MPI_Session_detach_buffer_c");
}

PROFILE(MPI_Session_flush_buffer);
int MPI_Session_flush_buffer(MPI_Session session)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_session(session, &o);
    return flush(err, &o, "MPI_Session_flush_buffer");
}

PROFILE(MPI_Session_iflush_buffer);
int MPI_Session_iflush_buffer(MPI_Session session, MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct owner o;
    int err = of_session(session, &o);
    return iflush(err, &o, request, "MPI_Session_iflush_buffer");
}
