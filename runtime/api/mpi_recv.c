/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Recv, MPI_Irecv and MPI_Sendrecv (MPI 5.0, chapter 3).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/base/process.h"
#include "runtime/base/status.h"
#include "runtime/p2p/p2p.h"

/* The arguments of a receive as the user gave them. */
struct recv_call {
    void *buf;
    MPI_Count count;
    MPI_Datatype datatype;
    int source;
    int tag;
    MPI_Comm comm;
    const char *function;
};

/* Check and convert; m->comm is set as soon as it is known, the rest when there
 * was no error. */
static ALWAYS_INLINE int prepare(const struct recv_call *c, struct message *m)
{
    int err = check_comm(c->comm, &m->comm);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_count(c->count);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_committed(c->datatype, &m->type);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_source(c->source, m->comm);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_recv_tag(c->tag);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_buffer(c->buf, c->count, m->type);
    m->buffer = c->buf;
    m->count = c->count;
    m->peer = c->source;
    m->tag = c->tag;
    m->channel = CHANNEL_USER;
    m->mode = SEND_STANDARD;
    return err;
}

static ALWAYS_INLINE int recv(const struct recv_call *c, MPI_Status *status)
{
    struct message m;
    int err = prepare(c, &m);
    if (LIKELY(err == MPI_SUCCESS)) {
        struct status_page *page = library.process->status;
        status_enter(page, CALL_RECV, c->source, c->tag,
                     (uint64_t)c->count * m.type->size);
        err = p2p_recv(&m, status);
        status_leave(page);
    }
    return api_result(m.comm, err, c->function);
}

static ALWAYS_INLINE int irecv(const struct recv_call *c, MPI_Request *request)
{
    struct message m;
    int err = prepare(c, &m);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_pointer(request, "request");
    if (LIKELY(err == MPI_SUCCESS)) {
        struct mpi_request *r;
        err = p2p_recv_start(&m, &r);
        if (LIKELY(err == MPI_SUCCESS))
            *request = request_handle(r);
    }
    return api_result(m.comm, err, c->function);
}

PROFILE(MPI_Recv);
int MPI_Recv(void *buf, int count, MPI_Datatype datatype, int source, int tag,
             MPI_Comm comm, MPI_Status *status)
{
    LIBRARY_LOCKED;
    return recv(&(struct recv_call){ buf, count, datatype, source, tag, comm,
                                     "MPI_Recv" }, status);
}

PROFILE(MPI_Recv_c);
int MPI_Recv_c(void *buf, MPI_Count count, MPI_Datatype datatype, int source,
               int tag, MPI_Comm comm, MPI_Status *status)
{
    LIBRARY_LOCKED;
    return recv(&(struct recv_call){ buf, count, datatype, source, tag, comm,
                                     "MPI_Recv_c" }, status);
}

PROFILE(MPI_Irecv);
int MPI_Irecv(void *buf, int count, MPI_Datatype datatype, int source, int tag,
              MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return irecv(&(struct recv_call){ buf, count, datatype, source, tag, comm,
                                      "MPI_Irecv" }, request);
}

PROFILE(MPI_Irecv_c);
int MPI_Irecv_c(void *buf, MPI_Count count, MPI_Datatype datatype, int source,
                int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return irecv(&(struct recv_call){ buf, count, datatype, source, tag, comm,
                                      "MPI_Irecv_c" }, request);
}
