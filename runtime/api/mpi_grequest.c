/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Generalized requests: operations that the user's own code carries out and
 * that are waited for as ours are (MPI 5.0, 13.2).
 */
#include "runtime/api/api.h"

#include <stdlib.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/objects/error_text.h"
#include "runtime/objects/request.h"

struct grequest {
    struct mpi_request base;
    MPI_Grequest_query_function *query;
    MPI_Grequest_free_function *free;
    MPI_Grequest_cancel_function *cancel;
    void *extra_state;
};

static struct grequest *grequest_of(struct mpi_request *base)
{
    return CONTAINER_OF(base, struct grequest, base);
}

/* A user may return anything that is not MPI_SUCCESS. */
static int result(int code, const char *what)
{
    if (code == MPI_SUCCESS || error_text(code))
        return code;
    return error_make(MPI_ERR_OTHER, "the %s function of a generalized request "
                      "returned %d", what, code);
}

static int query(struct mpi_request *base, MPI_Status *status)
{
    struct grequest *g = grequest_of(base);
    MPI_Status own = { .MPI_ERROR = MPI_SUCCESS };
    if (status == MPI_STATUS_IGNORE)
        status = &own;
    int kept = status->MPI_ERROR;
    status_set_empty(status);
    int err = result(g->query(g->extra_state, status), "query");
    if (status != &own)
        status->MPI_ERROR = kept;
    return err;
}

static void release(struct mpi_request *base)
{
    struct grequest *g = grequest_of(base);
    g->free(g->extra_state);
    handle_remove(&base->object);
    free(g);
}

static int cancel(struct mpi_request *base)
{
    struct grequest *g = grequest_of(base);
    return result(g->cancel(g->extra_state, base->is_complete), "cancel");
}

static const struct request_ops grequest_ops = {
    .release = release, .query = query, .cancel = cancel,
};

static int check_functions(const struct grequest *g)
{
    int err = check_initialized();
    if (err == MPI_SUCCESS && (!g->query || !g->free || !g->cancel))
        err = error_make(MPI_ERR_ARG, "a function is a null pointer");
    return err;
}

PROFILE(MPI_Grequest_start);
int MPI_Grequest_start(MPI_Grequest_query_function *query_fn,
                       MPI_Grequest_free_function *free_fn,
                       MPI_Grequest_cancel_function *cancel_fn,
                       void *extra_state, MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct grequest *g = calloc(1, sizeof *g);
    if (!g)
        return api_raise(NULL, MPI_ERR_NO_MEM, "MPI_Grequest_start");
    g->query = query_fn;
    g->free = free_fn;
    g->cancel = cancel_fn;
    g->extra_state = extra_state;
    int err = check_functions(g);
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = request_init(&g->base, &grequest_ops,
                           &library.process->progress, NULL);
    if (err == MPI_SUCCESS)
        *request = request_handle(&g->base);
    else
        free(g);
    return api_result(NULL, err, "MPI_Grequest_start");
}

PROFILE(MPI_Grequest_complete);
int MPI_Grequest_complete(MPI_Request request)
{
    LIBRARY_LOCKED;
    struct mpi_request *r;
    int err = check_request(request, &r);
    if (err == MPI_SUCCESS && r->ops != &grequest_ops)
        err = error_make(MPI_ERR_REQUEST, "the request is not a generalized "
                         "one");
    if (err == MPI_SUCCESS && r->is_complete)
        err = error_make(MPI_ERR_REQUEST, "the request is complete already");
    if (err == MPI_SUCCESS)
        request_complete(r, MPI_SUCCESS);
    return api_result(NULL, err, "MPI_Grequest_complete");
}
