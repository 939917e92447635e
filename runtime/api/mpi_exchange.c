/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Isendrecv, and the forms of MPI_Sendrecv that replace what they send
 * (MPI 5.0, 3.10).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/api/p2p_call.h"
#include "runtime/base/process.h"
#include "runtime/p2p/exchange.h"

typedef int exchange(const struct message *send, const struct message *recv,
                     struct mpi_request **out);

/* Check both halves; out->comm is set as soon as it is known. */
static int prepare(const struct p2p_call *send, const struct p2p_call *recv,
                   struct message *out, struct message *in)
{
    int err = p2p_call_send(send, out);
    return err == MPI_SUCCESS ? p2p_call_recv(recv, in) : err;
}

static int start(const struct p2p_call *send, const struct p2p_call *recv,
                 exchange *begin, MPI_Request *request, const char *function)
{
    struct message out, in;
    struct mpi_request *r = NULL;
    int err = prepare(send, recv, &out, &in);
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = begin(&out, &in, &r);
    return p2p_call_result(&out, err, r, request, function);
}

static int replace(const struct p2p_call *send, const struct p2p_call *recv,
                   MPI_Status *status, const char *function)
{
    struct message out, in;
    struct mpi_request *r;
    int err = prepare(send, recv, &out, &in);
    if (err == MPI_SUCCESS)
        err = exchange_replace_start(&out, &in, &r);
    if (err == MPI_SUCCESS) {
        status_enter(library.process->status, CALL_SENDRECV, in.peer, in.tag,
                     (uint64_t)in.count * in.type->size);
        err = request_wait(r, status);
        status_leave(library.process->status);
    }
    return api_result(out.comm, err, function);
}

/* The halves from the arguments that all forms have. */
#define SEND_HALF                                                              \
    &(struct p2p_call){ sendbuf, sendcount, sendtype, dest, sendtag, comm }
#define RECV_HALF                                                              \
    &(struct p2p_call){ recvbuf, recvcount, recvtype, source, recvtag, comm }
#define REPLACE_SEND                                                           \
    &(struct p2p_call){ buf, count, datatype, dest, sendtag, comm }
#define REPLACE_RECV                                                           \
    &(struct p2p_call){ buf, count, datatype, source, recvtag, comm }

PROFILE(MPI_Isendrecv);
int MPI_Isendrecv(const void *sendbuf, int sendcount,
                  MPI_Datatype sendtype, int dest, int sendtag, void *recvbuf,
                  int recvcount, MPI_Datatype recvtype, int source,
                  int recvtag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return start(SEND_HALF, RECV_HALF, exchange_start, request,
                 "MPI_Isendrecv");
}

PROFILE(MPI_Isendrecv_c);
int MPI_Isendrecv_c(const void *sendbuf, MPI_Count sendcount,
                    MPI_Datatype sendtype, int dest, int sendtag, void *recvbuf,
                    MPI_Count recvcount, MPI_Datatype recvtype, int source,
                    int recvtag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return start(SEND_HALF, RECV_HALF, exchange_start, request,
                 "MPI_Isendrecv_c");
}

PROFILE(MPI_Isendrecv_replace);
int MPI_Isendrecv_replace(void *buf, int count, MPI_Datatype datatype,
                          int dest, int sendtag, int source, int recvtag,
                          MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return start(REPLACE_SEND, REPLACE_RECV, exchange_replace_start, request,
                 "MPI_Isendrecv_replace");
}

PROFILE(MPI_Isendrecv_replace_c);
int MPI_Isendrecv_replace_c(void *buf, MPI_Count count, MPI_Datatype datatype,
                            int dest, int sendtag, int source, int recvtag,
                            MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return start(REPLACE_SEND, REPLACE_RECV, exchange_replace_start, request,
                 "MPI_Isendrecv_replace_c");
}

PROFILE(MPI_Sendrecv_replace);
int MPI_Sendrecv_replace(void *buf, int count, MPI_Datatype datatype,
                         int dest, int sendtag, int source, int recvtag,
                         MPI_Comm comm, MPI_Status *status)
{
    LIBRARY_LOCKED;
    return replace(REPLACE_SEND, REPLACE_RECV, status,
                   "MPI_Sendrecv_replace");
}

PROFILE(MPI_Sendrecv_replace_c);
int MPI_Sendrecv_replace_c(void *buf, MPI_Count count, MPI_Datatype datatype,
                           int dest, int sendtag, int source, int recvtag,
                           MPI_Comm comm, MPI_Status *status)
{
    LIBRARY_LOCKED;
    return replace(REPLACE_SEND, REPLACE_RECV, status,
                   "MPI_Sendrecv_replace_c");
}
