/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The three ways to call a collective, blocking, nonblocking and persistent,
 * differ in what becomes of the schedule.
 */
#include "runtime/api/coll_call.h"

#include "runtime/api/api.h"
#include "runtime/api/check.h"
#include "runtime/api/coll_check.h"
#include "runtime/base/process.h"

/* What the status page calls each. */
static const enum status_call status_calls[COLL_COUNT] = {
    [COLL_BARRIER] = CALL_BARRIER,
    [COLL_BCAST] = CALL_BCAST,
    [COLL_REDUCE] = CALL_REDUCE,
    [COLL_ALLREDUCE] = CALL_ALLREDUCE,
    [COLL_GATHER] = CALL_GATHER,
    [COLL_SCATTER] = CALL_SCATTER,
    [COLL_ALLGATHER] = CALL_ALLGATHER,
    [COLL_ALLTOALL] = CALL_ALLTOALL,
    [COLL_REDUCE_SCATTER_BLOCK] = CALL_REDUCE_SCATTER_BLOCK,
    [COLL_SCAN] = CALL_SCAN,
    [COLL_EXSCAN] = CALL_EXSCAN,
    [COLL_GATHERV] = CALL_GATHERV,
    [COLL_SCATTERV] = CALL_SCATTERV,
    [COLL_ALLGATHERV] = CALL_ALLGATHERV,
    [COLL_ALLTOALLV] = CALL_ALLTOALLV,
    [COLL_ALLTOALLW] = CALL_ALLTOALLW,
    [COLL_REDUCE_SCATTER] = CALL_REDUCE_SCATTER,
    [COLL_NEIGHBOR_ALLGATHER] = CALL_NEIGHBOR_ALLGATHER,
    [COLL_NEIGHBOR_ALLGATHERV] = CALL_NEIGHBOR_ALLGATHERV,
    [COLL_NEIGHBOR_ALLTOALL] = CALL_NEIGHBOR_ALLTOALL,
    [COLL_NEIGHBOR_ALLTOALLV] = CALL_NEIGHBOR_ALLTOALLV,
    [COLL_NEIGHBOR_ALLTOALLW] = CALL_NEIGHBOR_ALLTOALLW,
};

int coll_call_run(const struct coll_call *c)
{
    LIBRARY_LOCKED;
    struct coll_args a = { .kind = c->kind, .root = c->root };
    int err = coll_check(c, &a);
    if (LIKELY(err == MPI_SUCCESS)) {
        struct status_page *page = library.process->status;
        status_enter(page, status_calls[c->kind], MPI_ANY_SOURCE, MPI_ANY_TAG,
                     comm_is_inter(a.comm) ? 0 : coll_bytes(&a));
        err = coll_run(&a);
        status_leave(page);
    }
    return api_result(a.comm, err, c->function);
}

int coll_call_start(const struct coll_call *c, MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct coll_args a = { .kind = c->kind, .root = c->root };
    struct mpi_request *r;
    int err = coll_check(c, &a);
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = coll_start(&a, &r);
    if (err == MPI_SUCCESS)
        *request = request_handle(r);
    return api_result(a.comm, err, c->function);
}

int coll_call_init(const struct coll_call *c, MPI_Info info,
                   MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct coll_args a = { .kind = c->kind, .root = c->root };
    struct mpi_info *hints;
    struct mpi_request *r;
    int err = coll_check(c, &a);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = coll_init(&a, &r);
    if (err == MPI_SUCCESS)
        *request = request_handle(r);
    return api_result(a.comm, err, c->function);
}
