/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looking at requests without completing them: MPI_Request_get_status and its
 * forms (MPI 5.0, 3.7.6).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/objects/request.h"

static int check_requests(int count, const MPI_Request requests[])
{
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_count(count);
    if (err == MPI_SUCCESS && count > 0)
        err = check_pointer(requests, "array_of_requests");
    for (int i = 0; i < count && err == MPI_SUCCESS; i++) {
        struct mpi_request *r;
        if (requests[i] != MPI_REQUEST_NULL)
            err = check_request(requests[i], &r);
    }
    return err;
}

static MPI_Status *status_at(MPI_Status statuses[], int i)
{
    return statuses == MPI_STATUSES_IGNORE ? MPI_STATUS_IGNORE : &statuses[i];
}

static bool is_idle(MPI_Request handle)
{
    return handle == MPI_REQUEST_NULL || request_find(handle)->is_inactive;
}

static bool is_complete(MPI_Request handle)
{
    return handle == MPI_REQUEST_NULL || request_find(handle)->is_complete;
}

static void query(MPI_Request handle, MPI_Status *status)
{
    if (handle == MPI_REQUEST_NULL)
        status_set_empty(status);
    else
        request_query(request_find(handle), status);
}

/* Make progress unless something is there to tell already. */
static void poll_unless(bool is_done)
{
    if (!is_done)
        progress_round(&library.process->progress);
}

PROFILE(MPI_Request_get_status);
int MPI_Request_get_status(MPI_Request request, int *flag, MPI_Status *status)
{
    LIBRARY_LOCKED;
    int err = check_requests(1, &request);
    if (err == MPI_SUCCESS)
        err = check_pointer(flag, "flag");
    if (err == MPI_SUCCESS) {
        poll_unless(is_complete(request));
        *flag = is_complete(request);
        if (*flag)
            query(request, status);
    }
    return api_result(NULL, err, "MPI_Request_get_status");
}

static bool all_complete(int count, const MPI_Request requests[])
{
    for (int i = 0; i < count; i++)
        if (!is_complete(requests[i]))
            return false;
    return true;
}

PROFILE(MPI_Request_get_status_all);
int MPI_Request_get_status_all(int count, const MPI_Request array_of_requests[],
                               int *flag, MPI_Status *array_of_statuses)
{
    LIBRARY_LOCKED;
    int err = check_requests(count, array_of_requests);
    if (err == MPI_SUCCESS)
        err = check_pointer(flag, "flag");
    if (err == MPI_SUCCESS) {
        poll_unless(all_complete(count, array_of_requests));
        *flag = all_complete(count, array_of_requests);
        for (int i = 0; *flag && i < count; i++)
            query(array_of_requests[i], status_at(array_of_statuses, i));
    }
    return api_result(NULL, err, "MPI_Request_get_status_all");
}

/* The first active request that is complete, else MPI_UNDEFINED; *is_active
 * when there is one that is active. */
static int find_complete(int count, const MPI_Request requests[],
                         bool *is_active)
{
    *is_active = false;
    for (int i = 0; i < count; i++) {
        if (is_idle(requests[i]))
            continue;
        *is_active = true;
        if (is_complete(requests[i]))
            return i;
    }
    return MPI_UNDEFINED;
}

PROFILE(MPI_Request_get_status_any);
int MPI_Request_get_status_any(int count, const MPI_Request array_of_requests[],
                               int *indx, int *flag, MPI_Status *status)
{
    LIBRARY_LOCKED;
    bool is_active;
    int err = check_requests(count, array_of_requests);
    if (err == MPI_SUCCESS)
        err = check_pointer(indx, "index");
    if (err == MPI_SUCCESS)
        err = check_pointer(flag, "flag");
    if (err == MPI_SUCCESS) {
        *indx = find_complete(count, array_of_requests, &is_active);
        poll_unless(*indx != MPI_UNDEFINED || !is_active);
        *indx = find_complete(count, array_of_requests, &is_active);
        *flag = *indx != MPI_UNDEFINED || !is_active;
        if (*flag)
            query(is_active ? array_of_requests[*indx] : MPI_REQUEST_NULL,
                  status);
    }
    return api_result(NULL, err, "MPI_Request_get_status_any");
}

PROFILE(MPI_Request_get_status_some);
int MPI_Request_get_status_some(int incount,
                                const MPI_Request array_of_requests[],
                                int *outcount, int array_of_indices[],
                                MPI_Status *array_of_statuses)
{
    LIBRARY_LOCKED;
    bool is_active;
    int found = 0;
    int err = check_requests(incount, array_of_requests);
    if (err == MPI_SUCCESS)
        err = check_pointer(outcount, "outcount");
    if (err == MPI_SUCCESS && incount > 0)
        err = check_pointer(array_of_indices, "array_of_indices");
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Request_get_status_some");
    int first = find_complete(incount, array_of_requests, &is_active);
    poll_unless(first != MPI_UNDEFINED || !is_active);
    for (int i = 0; i < incount; i++)
        if (!is_idle(array_of_requests[i]) &&
            is_complete(array_of_requests[i])) {
            query(array_of_requests[i], status_at(array_of_statuses, found));
            array_of_indices[found++] = i;
        }
    *outcount = is_active ? found : MPI_UNDEFINED;
    return MPI_SUCCESS;
}

PROFILE(MPI_Request_toint);
int MPI_Request_toint(MPI_Request request)
{
    return (int)(uintptr_t)request;
}

PROFILE(MPI_Request_fromint);
MPI_Request MPI_Request_fromint(int request)
{
    return (MPI_Request)(uintptr_t)(unsigned)request;
}
