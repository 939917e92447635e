/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Send, MPI_Ssend, MPI_Rsend and their nonblocking forms (MPI 5.0, chapter
 * 3). A ready send is a standard one: that its receive is posted gains nothing.
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/base/process.h"
#include "runtime/base/status.h"
#include "runtime/p2p/p2p.h"
#include "runtime/p2p/short.h"

/* The arguments of a send as the user gave them. */
struct send_call {
    const void *buf;
    MPI_Count count;
    MPI_Datatype datatype;
    int dest;
    int tag;
    MPI_Comm comm;
    enum send_mode mode;
    const char *function;
};

/* Check and convert; m->comm is set as soon as it is known. */
static ALWAYS_INLINE int prepare(const struct send_call *c, struct message *m)
{
    int err = check_comm(c->comm, &m->comm);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_count(c->count);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_committed(c->datatype, &m->type);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_destination(c->dest, m->comm);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_send_tag(c->tag);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_buffer(c->buf, c->count, m->type);
    m->buffer = (void *)(uintptr_t)c->buf;
    m->count = c->count;
    m->peer = c->dest;
    m->tag = c->tag;
    m->channel = CHANNEL_USER;
    m->mode = c->mode;
    return err;
}

/*
 * Is this a short send of a usual type that is possible at once, as most sends
 * of most programs are? False when anything is unusual, wrong arguments
 * included: the way through prepare() then does it or says why not. Inline, so
 * that no struct is made and the common call needs no memory of its own.
 */
static ALWAYS_INLINE bool is_short(const struct send_call *c,
                                   struct short_send *s)
{
    enum { COUNT_MAX = 4096 };
    s->comm = comm_recent;
    if (UNLIKELY(s->comm->object.handle != (uintptr_t)c->comm)) {
        s->comm = comm_find(c->comm);
        if (!s->comm)
            return false;
        if (!library.is_shared)
            comm_recent = (struct mpi_comm *)(uintptr_t)s->comm;
    }
    const struct mpi_datatype *type = datatype_find(c->datatype);
    if (UNLIKELY(!type) || !IS_RIGHT(c->tag >= 0) ||
        UNLIKELY((unsigned)c->dest >= s->comm->short_count) ||
        UNLIKELY((uint64_t)c->count > COUNT_MAX) ||
        UNLIKELY(!datatype_is_plain(type)))
        return false;
    uintptr_t address = (uintptr_t)c->buf + (uintptr_t)type->true_lb;
    s->tag = c->tag;
    s->address = (const void *)address;
    s->bytes = (uint64_t)c->count * type->size;
    return IS_RIGHT(address >= 4096) && p2p_short_way(s, c->dest);
}

static NO_INLINE int send_any(const struct send_call *c)
{
    LIBRARY_LOCKED;
    struct message m = { .comm = NULL };
    int err = prepare(c, &m);
    if (LIKELY(err == MPI_SUCCESS)) {
        struct status_page *page = library.process->status;
        status_enter(page, c->mode == SEND_STANDARD ? CALL_SEND : CALL_SSEND,
                     c->dest, c->tag, (uint64_t)c->count * m.type->size);
        err = p2p_send(&m);
        status_leave(page);
    }
    return api_result(m.comm, err, c->function);
}

static NO_INLINE int isend_any(const struct send_call *c, MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct message m = { .comm = NULL };
    int err = prepare(c, &m);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_pointer(request, "request");
    if (LIKELY(err == MPI_SUCCESS)) {
        struct mpi_request *r;
        err = p2p_send_start(&m, &r);
        if (LIKELY(err == MPI_SUCCESS))
            *request = request_handle(r);
    }
    return api_result(m.comm, err, c->function);
}

/* A call of the given mode with the arguments every send has. */
#define CALL(send_mode, name)                                                  \
    &(struct send_call){ buf, count, datatype, dest, tag, comm, send_mode, name }

static NO_INLINE int send_long(const void *buf, int count,
                     MPI_Datatype datatype, int dest, int tag, MPI_Comm comm)
{
    return send_any(CALL(SEND_STANDARD, "MPI_Send"));
}

PROFILE(MPI_Send);
int MPI_Send(const void *buf, int count, MPI_Datatype datatype, int dest,
             int tag, MPI_Comm comm)
{
    struct short_send s = { .request = NULL };
    if (LIKELY(is_short(CALL(SEND_STANDARD, NULL), &s)))
        return p2p_send_short(&s);
    return send_long(buf, count, datatype, dest, tag, comm);
}

static NO_INLINE int send_c_long(const void *buf, MPI_Count count,
                     MPI_Datatype datatype, int dest, int tag, MPI_Comm comm)
{
    return send_any(CALL(SEND_STANDARD, "MPI_Send_c"));
}

PROFILE(MPI_Send_c);
int MPI_Send_c(const void *buf, MPI_Count count, MPI_Datatype datatype,
               int dest, int tag, MPI_Comm comm)
{
    struct short_send s = { .request = NULL };
    if (LIKELY(is_short(CALL(SEND_STANDARD, NULL), &s)))
        return p2p_send_short(&s);
    return send_c_long(buf, count, datatype, dest, tag, comm);
}

PROFILE(MPI_Ssend);
int MPI_Ssend(const void *buf, int count, MPI_Datatype datatype, int dest,
              int tag, MPI_Comm comm)
{
    return send_any(CALL(SEND_SYNCHRONOUS, "MPI_Ssend"));
}

PROFILE(MPI_Ssend_c);
int MPI_Ssend_c(const void *buf, MPI_Count count, MPI_Datatype datatype,
                int dest, int tag, MPI_Comm comm)
{
    return send_any(CALL(SEND_SYNCHRONOUS, "MPI_Ssend_c"));
}

static NO_INLINE int isend_long(const void *buf, int count,
                      MPI_Datatype datatype, int dest, int tag, MPI_Comm comm,
                      MPI_Request *request)
{
    return isend_any(CALL(SEND_STANDARD, "MPI_Isend"), request);
}

PROFILE(MPI_Isend);
int MPI_Isend(const void *buf, int count, MPI_Datatype datatype, int dest,
              int tag, MPI_Comm comm, MPI_Request *request)
{
    struct short_send s = { .request = request };
    if (LIKELY(is_short(CALL(SEND_STANDARD, NULL), &s)) && LIKELY(request != NULL))
        return p2p_send_short(&s);
    return isend_long(buf, count, datatype, dest, tag, comm, request);
}

static NO_INLINE int isend_c_long(const void *buf, MPI_Count count,
                      MPI_Datatype datatype, int dest, int tag, MPI_Comm comm,
                      MPI_Request *request)
{
    return isend_any(CALL(SEND_STANDARD, "MPI_Isend_c"), request);
}

PROFILE(MPI_Isend_c);
int MPI_Isend_c(const void *buf, MPI_Count count, MPI_Datatype datatype,
                int dest, int tag, MPI_Comm comm, MPI_Request *request)
{
    struct short_send s = { .request = request };
    if (LIKELY(is_short(CALL(SEND_STANDARD, NULL), &s)) && LIKELY(request != NULL))
        return p2p_send_short(&s);
    return isend_c_long(buf, count, datatype, dest, tag, comm, request);
}

PROFILE(MPI_Issend);
int MPI_Issend(const void *buf, int count, MPI_Datatype datatype, int dest,
               int tag, MPI_Comm comm, MPI_Request *request)
{
    return isend_any(CALL(SEND_SYNCHRONOUS, "MPI_Issend"), request);
}

PROFILE(MPI_Issend_c);
int MPI_Issend_c(const void *buf, MPI_Count count, MPI_Datatype datatype,
                 int dest, int tag, MPI_Comm comm, MPI_Request *request)
{
    return isend_any(CALL(SEND_SYNCHRONOUS, "MPI_Issend_c"), request);
}

PROFILE(MPI_Rsend);
int MPI_Rsend(const void *buf, int count, MPI_Datatype datatype, int dest,
              int tag, MPI_Comm comm)
{
    return send_any(CALL(SEND_STANDARD, "MPI_Rsend"));
}

PROFILE(MPI_Rsend_c);
int MPI_Rsend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest,
                int tag, MPI_Comm comm)
{
    return send_any(CALL(SEND_STANDARD, "MPI_Rsend_c"));
}

PROFILE(MPI_Irsend);
int MPI_Irsend(const void *buf, int count, MPI_Datatype datatype, int dest,
               int tag, MPI_Comm comm, MPI_Request *request)
{
    return isend_any(CALL(SEND_STANDARD, "MPI_Irsend"), request);
}

PROFILE(MPI_Irsend_c);
int MPI_Irsend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest,
                 int tag, MPI_Comm comm, MPI_Request *request)
{
    return isend_any(CALL(SEND_STANDARD, "MPI_Irsend_c"), request);
}
