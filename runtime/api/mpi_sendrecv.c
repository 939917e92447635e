/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Sendrecv: both at once, so that a ring of them cannot deadlock (MPI 5.0,
 * 3.10).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/base/process.h"
#include "runtime/base/status.h"
#include "runtime/p2p/p2p.h"

/* One half, as the user gave it. */
struct half {
    void *buf;
    MPI_Count count;
    MPI_Datatype datatype;
    int peer;
    int tag;
};

static int prepare(const struct half *h, struct mpi_comm *comm,
                   struct message *m)
{
    int err = check_count(h->count);
    if (err == MPI_SUCCESS)
        err = check_committed(h->datatype, &m->type);
    if (err == MPI_SUCCESS)
        err = check_buffer(h->buf, h->count, m->type);
    m->buffer = h->buf;
    m->count = h->count;
    m->peer = h->peer;
    m->tag = h->tag;
    m->comm = comm;
    m->channel = CHANNEL_USER;
    m->mode = SEND_STANDARD;
    return err;
}

/* The send's result when the receive went well, else the receive's. Who
 * cannot send must not wait for the answer of a ring that stands still. */
static int exchange(const struct message *out, const struct message *in,
                    MPI_Status *status)
{
    struct mpi_request *receive;
    int err = p2p_recv_start(in, &receive);
    if (err != MPI_SUCCESS)
        return err;
    int send_err = p2p_send(out);
    if (UNLIKELY(send_err != MPI_SUCCESS))
        p2p_cancel_recv(receive);
    err = request_wait(receive, status);
    return err != MPI_SUCCESS ? err : send_err;
}

static int sendrecv(const struct half *send, const struct half *recv,
                    MPI_Comm comm, MPI_Status *status, const char *function)
{
    struct mpi_comm *c = NULL;
    struct message out, in;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = prepare(send, c, &out);
    if (err == MPI_SUCCESS)
        err = prepare(recv, c, &in);
    if (err == MPI_SUCCESS)
        err = check_destination(send->peer, c);
    if (err == MPI_SUCCESS)
        err = check_send_tag(send->tag);
    if (err == MPI_SUCCESS)
        err = check_source(recv->peer, c);
    if (err == MPI_SUCCESS)
        err = check_recv_tag(recv->tag);
    if (err == MPI_SUCCESS) {
        struct status_page *page = library.process->status;
        status_enter(page, CALL_SENDRECV, recv->peer, recv->tag,
                     (uint64_t)in.count * in.type->size);
        err = exchange(&out, &in, status);
        status_leave(page);
    }
    return api_result(c, err, function);
}

/* The two halves from the arguments both forms have. */
#define SEND_HALF                                                              \
    &(struct half){ (void *)(uintptr_t)sendbuf, sendcount, sendtype, dest,     \
                    sendtag }
#define RECV_HALF                                                              \
    &(struct half){ recvbuf, recvcount, recvtype, source, recvtag }

PROFILE(MPI_Sendrecv);
int MPI_Sendrecv(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                 int dest, int sendtag, void *recvbuf, int recvcount,
                 MPI_Datatype recvtype, int source, int recvtag, MPI_Comm comm,
                 MPI_Status *status)
{
    LIBRARY_LOCKED;
    return sendrecv(SEND_HALF, RECV_HALF, comm, status, "MPI_Sendrecv");
}

PROFILE(MPI_Sendrecv_c);
int MPI_Sendrecv_c(const void *sendbuf, MPI_Count sendcount,
                   MPI_Datatype sendtype, int dest, int sendtag, void *recvbuf,
                   MPI_Count recvcount, MPI_Datatype recvtype, int source,
                   int recvtag, MPI_Comm comm, MPI_Status *status)
{
    LIBRARY_LOCKED;
    return sendrecv(SEND_HALF, RECV_HALF, comm, status, "MPI_Sendrecv_c");
}
