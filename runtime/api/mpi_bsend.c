/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buffered sends (MPI 5.0, 3.4). The buffers are in mpi_buffer.c.
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/api/p2p_call.h"
#include "runtime/p2p/bsend.h"

static int bsend(const struct p2p_call *c, const char *function)
{
    struct message m = { .comm = NULL };
    struct mpi_request *r;
    int err = p2p_call_send(c, &m);
    if (err == MPI_SUCCESS)
        err = bsend_start(&m, &r);
    if (err == MPI_SUCCESS)
        err = request_finish(r, MPI_STATUS_IGNORE);
    return api_result(m.comm, err, function);
}

static int ibsend(const struct p2p_call *c, MPI_Request *request,
                  const char *function)
{
    struct message m = { .comm = NULL };
    struct mpi_request *r = NULL;
    int err = p2p_call_send(c, &m);
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = bsend_start(&m, &r);
    return p2p_call_result(&m, err, r, request, function);
}

/* The arguments every send has. */
#define ARGUMENTS &(struct p2p_call){ buf, count, datatype, dest, tag, comm }

PROFILE(MPI_Bsend);
int MPI_Bsend(const void *buf, int count, MPI_Datatype datatype, int dest,
              int tag, MPI_Comm comm)
{
    LIBRARY_LOCKED;
    return bsend(ARGUMENTS, "MPI_Bsend");
}

PROFILE(MPI_Bsend_c);
int MPI_Bsend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest,
                int tag, MPI_Comm comm)
{
    LIBRARY_LOCKED;
    return bsend(ARGUMENTS, "MPI_Bsend_c");
}

PROFILE(MPI_Ibsend);
int MPI_Ibsend(const void *buf, int count, MPI_Datatype datatype, int dest,
               int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return ibsend(ARGUMENTS, request, "MPI_Ibsend");
}

PROFILE(MPI_Ibsend_c);
int MPI_Ibsend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest,
                 int tag, MPI_Comm comm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    return ibsend(ARGUMENTS, request, "MPI_Ibsend_c");
}
