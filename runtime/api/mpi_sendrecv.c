/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Sendrecv: both at once, so that a ring of them cannot deadlock (MPI 5.0,
 * 3.10).
 */
#include "runtime/api/api.h"

#include "runtime/api/p2p_call.h"
#include "runtime/base/process.h"
#include "runtime/base/status.h"
#include "runtime/p2p/exchange.h"

static int sendrecv(const struct p2p_call *send, const struct p2p_call *recv,
                    MPI_Status *status, const char *function)
{
    struct message out, in;
    int err = p2p_call_send(send, &out);
    if (err == MPI_SUCCESS)
        err = p2p_call_recv(recv, &in);
    if (err == MPI_SUCCESS) {
        struct status_page *page = library.process->status;
        status_enter(page, CALL_SENDRECV, recv->peer, recv->tag,
                     (uint64_t)in.count * in.type->size);
        err = exchange_run(&out, &in, status);
        status_leave(page);
    }
    return api_result(out.comm, err, function);
}

/* The two halves from the arguments both forms have. */
#define SEND_HALF                                                              \
    &(struct p2p_call){ sendbuf, sendcount, sendtype, dest, sendtag, comm }
#define RECV_HALF                                                              \
    &(struct p2p_call){ recvbuf, recvcount, recvtype, source, recvtag, comm }

PROFILE(MPI_Sendrecv);
int MPI_Sendrecv(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                 int dest, int sendtag, void *recvbuf, int recvcount,
                 MPI_Datatype recvtype, int source, int recvtag, MPI_Comm comm,
                 MPI_Status *status)
{
    LIBRARY_LOCKED;
    return sendrecv(SEND_HALF, RECV_HALF, status, "MPI_Sendrecv");
}

PROFILE(MPI_Sendrecv_c);
int MPI_Sendrecv_c(const void *sendbuf, MPI_Count sendcount,
                   MPI_Datatype sendtype, int dest, int sendtag, void *recvbuf,
                   MPI_Count recvcount, MPI_Datatype recvtype, int source,
                   int recvtag, MPI_Comm comm, MPI_Status *status)
{
    LIBRARY_LOCKED;
    return sendrecv(SEND_HALF, RECV_HALF, status, "MPI_Sendrecv_c");
}
