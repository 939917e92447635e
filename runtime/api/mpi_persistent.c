/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Persistent requests: made by the _init functions, started by MPI_Start and
 * MPI_Startall (MPI 5.0, 3.9); MPI_Cancel (3.8.4).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/api/p2p_call.h"
#include "runtime/base/error.h"
#include "runtime/p2p/bsend.h"
#include "runtime/p2p/persistent.h"

static int send_init(const struct p2p_call *c, enum send_mode mode,
                     message_start *start, MPI_Request *request,
                     const char *function)
{
    struct message m = { .comm = NULL };
    struct mpi_request *r = NULL;
    int err = p2p_call_send(c, &m);
    m.mode = mode;
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = persistent_create(&m, start, &r);
    return p2p_call_result(&m, err, r, request, function);
}

static int recv_init(const struct p2p_call *c, MPI_Request *request,
                     const char *function)
{
    struct message m = { .comm = NULL };
    struct mpi_request *r = NULL;
    int err = p2p_call_recv(c, &m);
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = persistent_create(&m, p2p_recv_start, &r);
    return p2p_call_result(&m, err, r, request, function);
}

/* The arguments every send has. */
#define ARGUMENTS &(struct p2p_call){ buf, count, datatype, dest, tag, comm }

PROFILE(MPI_Send_init);
int MPI_Send_init(const void *buf, int count, MPI_Datatype datatype,
                  int dest, int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return send_init(ARGUMENTS, SEND_STANDARD, p2p_send_start, request,
                     "MPI_Send_init");
}

PROFILE(MPI_Send_init_c);
int MPI_Send_init_c(const void *buf, MPI_Count count, MPI_Datatype datatype,
                    int dest, int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return send_init(ARGUMENTS, SEND_STANDARD, p2p_send_start, request,
                     "MPI_Send_init_c");
}

PROFILE(MPI_Bsend_init);
int MPI_Bsend_init(const void *buf, int count, MPI_Datatype datatype,
                   int dest, int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return send_init(ARGUMENTS, SEND_STANDARD, bsend_start, request,
                     "MPI_Bsend_init");
}

PROFILE(MPI_Bsend_init_c);
int MPI_Bsend_init_c(const void *buf, MPI_Count count, MPI_Datatype datatype,
                     int dest, int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return send_init(ARGUMENTS, SEND_STANDARD, bsend_start, request,
                     "MPI_Bsend_init_c");
}

PROFILE(MPI_Ssend_init);
int MPI_Ssend_init(const void *buf, int count, MPI_Datatype datatype,
                   int dest, int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return send_init(ARGUMENTS, SEND_SYNCHRONOUS, p2p_send_start, request,
                     "MPI_Ssend_init");
}

PROFILE(MPI_Ssend_init_c);
int MPI_Ssend_init_c(const void *buf, MPI_Count count, MPI_Datatype datatype,
                     int dest, int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return send_init(ARGUMENTS, SEND_SYNCHRONOUS, p2p_send_start, request,
                     "MPI_Ssend_init_c");
}

PROFILE(MPI_Rsend_init);
int MPI_Rsend_init(const void *buf, int count, MPI_Datatype datatype,
                   int dest, int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return send_init(ARGUMENTS, SEND_STANDARD, p2p_send_start, request,
                     "MPI_Rsend_init");
}

PROFILE(MPI_Rsend_init_c);
int MPI_Rsend_init_c(const void *buf, MPI_Count count, MPI_Datatype datatype,
                     int dest, int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return send_init(ARGUMENTS, SEND_STANDARD, p2p_send_start, request,
                     "MPI_Rsend_init_c");
}

PROFILE(MPI_Recv_init);
int MPI_Recv_init(void *buf, int count, MPI_Datatype datatype, int source,
                  int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return recv_init(
        &(struct p2p_call){ buf, count, datatype, source, tag, comm },
        request, "MPI_Recv_init");
}

PROFILE(MPI_Recv_init_c);
int MPI_Recv_init_c(void *buf, MPI_Count count, MPI_Datatype datatype, int source,
                    int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return recv_init(
        &(struct p2p_call){ buf, count, datatype, source, tag, comm },
        request, "MPI_Recv_init_c");
}

/* An inactive persistent request. */
static int check_startable(MPI_Request handle, struct mpi_request **out)
{
    int err = check_request(handle, out);
    if (err != MPI_SUCCESS)
        return err;
    if (!request_is_persistent(*out))
        return error_make(MPI_ERR_REQUEST, "the request is not persistent");
    if (!(*out)->is_inactive)
        return error_make(MPI_ERR_REQUEST, "the request is started already");
    return MPI_SUCCESS;
}

static int start(MPI_Request handle, struct mpi_comm **comm)
{
    struct mpi_request *r;
    int err = check_startable(handle, &r);
    *comm = r ? r->comm : NULL;
    return err == MPI_SUCCESS ? r->ops->start(r) : err;
}

PROFILE(MPI_Start);
int MPI_Start(MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct mpi_comm *comm = NULL;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = start(*request, &comm);
    return api_result(comm, err, "MPI_Start");
}

PROFILE(MPI_Startall);
int MPI_Startall(int count, MPI_Request array_of_requests[])
{
    LIBRARY_LOCKED;
    struct mpi_comm *comm = NULL;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_count(count);
    if (err == MPI_SUCCESS && count > 0)
        err = check_pointer(array_of_requests, "array_of_requests");
    for (int i = 0; i < count && err == MPI_SUCCESS; i++)
        err = start(array_of_requests[i], &comm);
    return api_result(comm, err, "MPI_Startall");
}

PROFILE(MPI_Cancel);
int MPI_Cancel(MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct mpi_request *r = NULL;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = check_request(*request, &r);
    if (err == MPI_SUCCESS && r->ops->cancel && !r->is_complete)
        err = r->ops->cancel(r);
    return api_result(r ? r->comm : NULL, err, "MPI_Cancel");
}
