/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Matched probes and receives (MPI 5.0, 3.8.2 and 3.8.3).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/api/p2p_call.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/p2p/mprobe.h"

/* Give the user what a probe has found. */
static void give(const struct envelope *found, const struct mpi_message *taken,
                 MPI_Message *message, MPI_Status *status)
{
    *message = taken ? (MPI_Message)taken->object.handle : MPI_MESSAGE_NO_PROC;
    status_set(status, found->source, found->tag, found->bytes);
}

PROFILE(MPI_Mprobe);
int MPI_Mprobe(int source, int tag, MPI_Comm comm, MPI_Message *message,
               MPI_Status *status)
{
    LIBRARY_LOCKED;
    struct message m;
    struct envelope found;
    struct mpi_message *taken;
    int err = p2p_call_probe(
        &(struct p2p_call){ .peer = source, .tag = tag, .comm = comm }, &m);
    if (err == MPI_SUCCESS)
        err = check_pointer(message, "message");
    if (err == MPI_SUCCESS) {
        status_enter(library.process->status, CALL_PROBE, source, tag, 0);
        err = p2p_mprobe(&m, &found, &taken);
        status_leave(library.process->status);
    }
    if (err == MPI_SUCCESS)
        give(&found, taken, message, status);
    return api_result(m.comm, err, "MPI_Mprobe");
}

PROFILE(MPI_Improbe);
int MPI_Improbe(int source, int tag, MPI_Comm comm, int *flag,
                MPI_Message *message, MPI_Status *status)
{
    LIBRARY_LOCKED;
    struct message m;
    struct envelope found;
    struct mpi_message *taken;
    bool is_found;
    int err = p2p_call_probe(
        &(struct p2p_call){ .peer = source, .tag = tag, .comm = comm }, &m);
    if (err == MPI_SUCCESS)
        err = check_pointer(flag, "flag");
    if (err == MPI_SUCCESS)
        err = check_pointer(message, "message");
    if (err == MPI_SUCCESS)
        err = p2p_improbe(&m, &is_found, &found, &taken);
    if (err == MPI_SUCCESS) {
        *flag = is_found;
        if (is_found)
            give(&found, taken, message, status);
    }
    return api_result(m.comm, err, "MPI_Improbe");
}

/* Buffer and message of a receive; m->comm is the message's. */
static int prepare(const struct p2p_call *c, const MPI_Message *handle,
                   struct message *m, struct mpi_message **message)
{
    *m = (struct message){ .buffer = (void *)(uintptr_t)c->buf,
                           .count = c->count, .peer = MPI_PROC_NULL,
                           .tag = MPI_ANY_TAG, .comm = library.world };
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(handle, "message");
    if (err != MPI_SUCCESS)
        return err;
    *message = message_find(*handle);
    if (*message)
        m->comm = (*message)->comm;
    else if (*handle == MPI_MESSAGE_NULL)
        return error_make(MPI_ERR_REQUEST,
                          "MPI_MESSAGE_NULL is not a message");
    else if (*handle != MPI_MESSAGE_NO_PROC)
        return error_make(MPI_ERR_REQUEST, "handle 0x%llx is not a message",
                          (unsigned long long)(uintptr_t)*handle);
    err = check_count(c->count);
    if (err == MPI_SUCCESS)
        err = check_committed(c->datatype, &m->type);
    if (err == MPI_SUCCESS)
        err = check_buffer(c->buf, c->count, m->type);
    return err;
}

/* A message from nobody is received by an ordinary receive from nobody. */
static int start(const struct message *m, struct mpi_message *message,
                 MPI_Message *handle, struct mpi_request **out)
{
    int err = message ? p2p_mrecv_start(message, m, out)
                      : p2p_recv_start(m, out);
    if (err == MPI_SUCCESS)
        *handle = MPI_MESSAGE_NULL;
    return err;
}

/* The communicator may end with its last message. */
static int conclude(struct mpi_comm *comm, int err, const char *function)
{
    err = api_result(comm, err, function);
    if (comm)
        comm_release(comm);
    return err;
}

static int mrecv(const struct p2p_call *c, MPI_Message *handle,
                 MPI_Status *status, const char *function)
{
    struct message m;
    struct mpi_message *message = NULL;
    struct mpi_request *r;
    int err = prepare(c, handle, &m, &message);
    if (m.comm)
        comm_retain(m.comm);
    if (err == MPI_SUCCESS)
        err = start(&m, message, handle, &r);
    if (err == MPI_SUCCESS) {
        status_enter(library.process->status, CALL_RECV, MPI_ANY_SOURCE,
                     MPI_ANY_TAG, (uint64_t)m.count * m.type->size);
        err = request_wait(r, status);
        status_leave(library.process->status);
    }
    return conclude(m.comm, err, function);
}

static int imrecv(const struct p2p_call *c, MPI_Message *handle,
                  MPI_Request *request, const char *function)
{
    struct message m;
    struct mpi_message *message = NULL;
    struct mpi_request *r = NULL;
    int err = prepare(c, handle, &m, &message);
    if (m.comm)
        comm_retain(m.comm);
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = start(&m, message, handle, &r);
    if (err == MPI_SUCCESS)
        *request = request_handle(r);
    return conclude(m.comm, err, function);
}

/* The buffer, as both forms have it. */
#define BUFFER                                                                 \
    &(struct p2p_call){ .buf = buf, .count = count, .datatype = datatype }

PROFILE(MPI_Mrecv);
int MPI_Mrecv(void *buf, int count, MPI_Datatype datatype,
              MPI_Message *message, MPI_Status *status)
{
    LIBRARY_LOCKED;
    return mrecv(BUFFER, message, status, "MPI_Mrecv");
}

PROFILE(MPI_Mrecv_c);
int MPI_Mrecv_c(void *buf, MPI_Count count, MPI_Datatype datatype,
                MPI_Message *message, MPI_Status *status)
{
    LIBRARY_LOCKED;
    return mrecv(BUFFER, message, status, "MPI_Mrecv_c");
}

PROFILE(MPI_Imrecv);
int MPI_Imrecv(void *buf, int count, MPI_Datatype datatype,
               MPI_Message *message, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return imrecv(BUFFER, message, request, "MPI_Imrecv");
}

PROFILE(MPI_Imrecv_c);
int MPI_Imrecv_c(void *buf, MPI_Count count, MPI_Datatype datatype,
                 MPI_Message *message, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return imrecv(BUFFER, message, request, "MPI_Imrecv_c");
}

PROFILE(MPI_Message_toint);
int MPI_Message_toint(MPI_Message message)
{
    return (int)(uintptr_t)message;
}

PROFILE(MPI_Message_fromint);
MPI_Message MPI_Message_fromint(int message)
{
    return (MPI_Message)(uintptr_t)(unsigned)message;
}
