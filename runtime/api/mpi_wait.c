/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Completing requests: MPI_Wait, MPI_Test and their any, all and some forms,
 * MPI_Request_free (MPI 5.0, 3.7.3 and 3.7.5).
 *
 * A null request counts as complete with an empty status. Every form makes
 * progress, and a form that does not wait makes one round of it or two.
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/base/status.h"
#include "runtime/objects/request.h"

static struct progress *job_progress(void)
{
    return &library.process->progress;
}

/* Each handle must be a request or MPI_REQUEST_NULL. */
static int check_requests(int count, const MPI_Request requests[])
{
    int err = library.process ? check_count(count) : check_initialized();
    if (UNLIKELY(err != MPI_SUCCESS))
        return err;
    for (int i = 0; i < count; i++)
        if (!request_is_done(requests[i]) &&
            UNLIKELY(!request_find_added(requests[i])) &&
            requests[i] != MPI_REQUEST_NULL)
            return error_make(MPI_ERR_REQUEST, "handle 0x%llx at index %d is "
                              "not a request",
                              (unsigned long long)(uintptr_t)requests[i], i);
    return MPI_SUCCESS;
}

/*
 * Take the result of a complete request and clear the user's handle. *comm is
 * NULL or the communicator of the first failure; it is retained for
 * conclude(), as the request may have been the last to hold it.
 */
static int finish(MPI_Request *request, MPI_Status *status,
                  struct mpi_comm **comm)
{
    struct mpi_request *r = request_find(*request);
    if (LIKELY(!request_is_persistent(r)))
        *request = MPI_REQUEST_NULL;
    if (UNLIKELY(r->error != MPI_SUCCESS) && !*comm && r->comm) {
        comm_retain(r->comm);
        *comm = r->comm;
    }
    return request_finish(r, status);
}

/* As api_result, and drop what finish() retained. */
static int conclude(struct mpi_comm *comm, int err, const char *function)
{
    err = api_result(comm, err, function);
    if (UNLIKELY(comm != NULL))
        comm_release(comm);
    return err;
}

/* Null, or persistent and not started: nothing to wait for. */
static bool is_idle(MPI_Request request)
{
    return request == MPI_REQUEST_NULL || request_find(request)->is_inactive;
}

/* Finish requests[i] when it is null or complete. */
static bool try_finish(MPI_Request *request, MPI_Status *status, int *err,
                       struct mpi_comm **comm)
{
    *err = MPI_SUCCESS;
    if (*request == MPI_REQUEST_NULL) {
        status_set_empty(status);
        return true;
    }
    if (!request_find(*request)->is_complete)
        return false;
    *err = finish(request, status, comm);
    return true;
}

static void enter(uint32_t call)
{
    status_enter(library.process->status, call, MPI_ANY_SOURCE, MPI_ANY_TAG, 0);
}

static void leave(void)
{
    status_leave(library.process->status);
}

static NO_INLINE int wait_any(MPI_Request *request, MPI_Status *status)
{
    LIBRARY_LOCKED;
    struct mpi_comm *comm = NULL;
    struct mpi_request *r = request_find(*request);
    if (LIKELY(r && r->is_complete && r->error == MPI_SUCCESS &&
               !r->is_special)) {
        *request = MPI_REQUEST_NULL;
        return request_finish_plain(r, status);
    }
    int err = LIKELY(r && library.process) ? MPI_SUCCESS
                                           : check_requests(1, request);
    if (UNLIKELY(err != MPI_SUCCESS))
        return api_raise(comm, err, "MPI_Wait");
    if (UNLIKELY(!r)) {
        status_set_empty(status);
        return MPI_SUCCESS;
    }
    enter(CALL_WAIT);
    progress_wait(job_progress(), &r->is_complete);
    err = finish(request, status, &comm);
    leave();
    return conclude(comm, err, "MPI_Wait");
}

/* What was done when it was started, as short sends are, shares nothing. */
PROFILE(MPI_Wait);
int MPI_Wait(MPI_Request *request, MPI_Status *status)
{
    if (!request_is_done(*request))
        return wait_any(request, status);
    *request = MPI_REQUEST_NULL;
    if (status != MPI_STATUS_IGNORE)
        status_set(status, MPI_PROC_NULL, MPI_ANY_TAG, 0);
    return MPI_SUCCESS;
}

static NO_INLINE int test_any(MPI_Request *request, int *flag,
                              MPI_Status *status)
{
    LIBRARY_LOCKED;
    struct mpi_comm *comm = NULL;
    const struct mpi_request *r = request_find(*request);
    int err = LIKELY(r && library.process) ? MPI_SUCCESS
                                           : check_requests(1, request);
    if (UNLIKELY(err != MPI_SUCCESS))
        return api_raise(comm, err, "MPI_Test");
    if (r && !r->is_complete)
        progress_round(job_progress());
    *flag = !r || r->is_complete;
    if (*flag)
        try_finish(request, status, &err, &comm);
    return conclude(comm, err, "MPI_Test");
}

static NO_INLINE int test_again(MPI_Request *request, int *flag,
                                MPI_Status *status)
{
    progress_was_not_idle(job_progress());
    return test_any(request, flag, status);
}

/* Programs loop over the test that finds nothing, so that has a short way;
 * between MPI_Init and MPI_Finalize only, as is_shared is true outside. */
PROFILE(MPI_Test);
int MPI_Test(MPI_Request *request, int *flag, MPI_Status *status)
{
    const struct mpi_request *r = request_find_added(*request);
    if (UNLIKELY(library.is_shared) || UNLIKELY(!r) || r->is_complete)
        return test_any(request, flag, status);
    if (UNLIKELY(!progress_is_idle(job_progress())))
        return test_again(request, flag, status);
    *flag = 0;
    return MPI_SUCCESS;
}

/* The status of index i, also for MPI_STATUSES_IGNORE. */
static MPI_Status *status_at(MPI_Status statuses[], int i)
{
    return statuses == MPI_STATUSES_IGNORE ? MPI_STATUS_IGNORE : &statuses[i];
}

static void note_error(MPI_Status statuses[], int i, int err)
{
    if (statuses != MPI_STATUSES_IGNORE)
        statuses[i].MPI_ERROR = err;
}

static bool all_complete(int count, const MPI_Request requests[])
{
    for (int i = 0; i < count; i++)
        if (requests[i] != MPI_REQUEST_NULL &&
            !request_find(requests[i])->is_complete)
            return false;
    return true;
}

/* What a call says of which the first error is err, at comm: that itself when
 * nobody will look at statuses. */
static int summary(const MPI_Status statuses[], int err, struct mpi_comm *comm)
{
    return statuses == MPI_STATUSES_IGNORE || api_is_fatal(comm)
               ? err : MPI_ERR_IN_STATUS;
}

/* Finish all that are null or complete; the others are there only when one
 * has failed. */
static int finish_all(int count, MPI_Request requests[], MPI_Status statuses[],
                      struct mpi_comm **comm)
{
    int result = MPI_SUCCESS;
    for (int i = 0; i < count; i++) {
        int err;
        if (!try_finish(&requests[i], status_at(statuses, i), &err, comm)) {
            note_error(statuses, i, MPI_ERR_PENDING);
            continue;
        }
        note_error(statuses, i, err);
        if (err != MPI_SUCCESS && result == MPI_SUCCESS)
            result = summary(statuses, err, *comm);
    }
    return result;
}

static bool is_any_lost(int count, const MPI_Request requests[])
{
    for (int i = 0; i < count; i++)
        if (requests[i] != MPI_REQUEST_NULL &&
            request_is_lost(request_find(requests[i])))
            return true;
    return false;
}

/*
 * Wait until all are complete, or one is lost: the rest may then wait for
 * ranks that wait for that one, so the user must hear of it (MPI_ERR_PENDING,
 * MPI 5.0, 3.7.5).
 */
static void wait_all(int count, const MPI_Request requests[])
{
    struct progress *progress = job_progress();
    unsigned seen = 0;
    for (int i = 0; i < count;) {
        if (UNLIKELY(progress->failures != seen)) {
            seen = progress->failures;
            if (is_any_lost(count, requests))
                return;
        }
        if (requests[i] == MPI_REQUEST_NULL) {
            i++;
            continue;
        }
        const int *flag = &request_find(requests[i])->is_complete;
        progress_wait_or_failure(progress, flag, seen);
        i += *flag;
    }
}

/*
 * Wait for one after the other and finish it at once, as long as that is plain:
 * up to one that is null, has failed or is of a kind of its own, or to any
 * failure during the wait. Returns how many were finished.
 */
static int finish_plain(int count, MPI_Request requests[],
                        MPI_Status statuses[])
{
    struct progress *progress = job_progress();
    for (int i = 0; i < count; i++) {
        struct mpi_request *r = &request_done;
        if (!request_is_done(requests[i])) {
            r = request_find_added(requests[i]);
            if (UNLIKELY(!r))
                return i;
            if (!r->is_complete)
                progress_wait_or_failure(progress, &r->is_complete, 0);
            if (UNLIKELY(!r->is_complete) || UNLIKELY(r->is_special) ||
                UNLIKELY(r->error != MPI_SUCCESS))
                return i;
        }
        requests[i] = MPI_REQUEST_NULL;
        request_finish_plain(r, status_at(statuses, i));
        note_error(statuses, i, MPI_SUCCESS);
    }
    return count;
}

PROFILE(MPI_Waitall);
int MPI_Waitall(int count, MPI_Request array_of_requests[],
                MPI_Status array_of_statuses[])
{
    LIBRARY_LOCKED;
    struct mpi_comm *comm = NULL;
    int err = check_requests(count, array_of_requests);
    if (UNLIKELY(err != MPI_SUCCESS))
        return api_raise(comm, err, "MPI_Waitall");
    enter(CALL_WAIT);
    int done = finish_plain(count, array_of_requests, array_of_statuses);
    if (UNLIKELY(done < count)) {
        wait_all(count - done, array_of_requests + done);
        err = finish_all(count - done, array_of_requests + done,
                         array_of_statuses == MPI_STATUSES_IGNORE
                             ? MPI_STATUSES_IGNORE : array_of_statuses + done,
                         &comm);
    }
    leave();
    return conclude(comm, err, "MPI_Waitall");
}

PROFILE(MPI_Testall);
int MPI_Testall(int count, MPI_Request array_of_requests[], int *flag,
                MPI_Status array_of_statuses[])
{
    LIBRARY_LOCKED;
    struct mpi_comm *comm = NULL;
    int err = check_requests(count, array_of_requests);
    if (UNLIKELY(err != MPI_SUCCESS))
        return api_raise(comm, err, "MPI_Testall");
    *flag = all_complete(count, array_of_requests);
    if (!*flag) {
        progress_round(job_progress());
        *flag = all_complete(count, array_of_requests);
    }
    if (*flag || (UNLIKELY(job_progress()->failures != 0) &&
                  is_any_lost(count, array_of_requests)))
        err = finish_all(count, array_of_requests, array_of_statuses, &comm);
    return conclude(comm, err, "MPI_Testall");
}

enum any { ANY_NONE, ANY_FOUND, ANY_NO_ACTIVE };

/* Finish the first complete request. */
static enum any finish_any(int count, MPI_Request requests[], int *index,
                           MPI_Status *status, int *err, struct mpi_comm **comm)
{
    enum any result = ANY_NO_ACTIVE;
    for (int i = 0; i < count; i++) {
        if (is_idle(requests[i]))
            continue;
        result = ANY_NONE;
        if (request_find(requests[i])->is_complete) {
            *index = i;
            *err = finish(&requests[i], status, comm);
            return ANY_FOUND;
        }
    }
    if (result == ANY_NO_ACTIVE) {
        *index = MPI_UNDEFINED;
        status_set_empty(status);
    }
    return result;
}

PROFILE(MPI_Waitany);
int MPI_Waitany(int count, MPI_Request array_of_requests[], int *index,
                MPI_Status *status)
{
    LIBRARY_LOCKED;
    struct mpi_comm *comm = NULL;
    int err = check_requests(count, array_of_requests);
    if (UNLIKELY(err != MPI_SUCCESS))
        return api_raise(comm, err, "MPI_Waitany");
    enter(CALL_WAIT);
    while (finish_any(count, array_of_requests, index, status, &err, &comm) ==
           ANY_NONE)
        progress_wait_round(job_progress());
    leave();
    return conclude(comm, err, "MPI_Waitany");
}

PROFILE(MPI_Testany);
int MPI_Testany(int count, MPI_Request array_of_requests[], int *index,
                int *flag, MPI_Status *status)
{
    LIBRARY_LOCKED;
    struct mpi_comm *comm = NULL;
    int err = check_requests(count, array_of_requests);
    if (UNLIKELY(err != MPI_SUCCESS))
        return api_raise(comm, err, "MPI_Testany");
    enum any any =
        finish_any(count, array_of_requests, index, status, &err, &comm);
    if (any == ANY_NONE) {
        progress_round(job_progress());
        any = finish_any(count, array_of_requests, index, status, &err, &comm);
    }
    *flag = any != ANY_NONE;
    if (any == ANY_NONE)
        *index = MPI_UNDEFINED;
    return conclude(comm, err, "MPI_Testany");
}

/* Where the some forms put what they found. */
struct some {
    int count;
    MPI_Request *requests;
    int *outcount;
    int *indices;
    MPI_Status *statuses;
};

/* Finish every complete request; false when some are active and none is. */
static bool finish_some(const struct some *s, int *err, struct mpi_comm **comm)
{
    bool is_any_active = false;
    int found = 0;
    *err = MPI_SUCCESS;
    for (int i = 0; i < s->count; i++) {
        if (is_idle(s->requests[i]))
            continue;
        is_any_active = true;
        if (!request_find(s->requests[i])->is_complete)
            continue;
        int one = finish(&s->requests[i], status_at(s->statuses, found), comm);
        note_error(s->statuses, found, one);
        s->indices[found++] = i;
        if (one != MPI_SUCCESS && *err == MPI_SUCCESS)
            *err = summary(s->statuses, one, *comm);
    }
    *s->outcount = is_any_active ? found : MPI_UNDEFINED;
    return found > 0 || !is_any_active;
}

PROFILE(MPI_Waitsome);
int MPI_Waitsome(int incount, MPI_Request array_of_requests[], int *outcount,
                 int array_of_indices[], MPI_Status array_of_statuses[])
{
    LIBRARY_LOCKED;
    const struct some some = { incount, array_of_requests, outcount,
                               array_of_indices, array_of_statuses };
    struct mpi_comm *comm = NULL;
    int err = check_requests(incount, array_of_requests);
    if (UNLIKELY(err != MPI_SUCCESS))
        return api_raise(comm, err, "MPI_Waitsome");
    enter(CALL_WAIT);
    while (!finish_some(&some, &err, &comm))
        progress_wait_round(job_progress());
    leave();
    return conclude(comm, err, "MPI_Waitsome");
}

PROFILE(MPI_Testsome);
int MPI_Testsome(int incount, MPI_Request array_of_requests[], int *outcount,
                 int array_of_indices[], MPI_Status array_of_statuses[])
{
    LIBRARY_LOCKED;
    const struct some some = { incount, array_of_requests, outcount,
                               array_of_indices, array_of_statuses };
    struct mpi_comm *comm = NULL;
    int err = check_requests(incount, array_of_requests);
    if (UNLIKELY(err != MPI_SUCCESS))
        return api_raise(comm, err, "MPI_Testsome");
    if (!finish_some(&some, &err, &comm)) {
        progress_round(job_progress());
        finish_some(&some, &err, &comm);
    }
    return conclude(comm, err, "MPI_Testsome");
}

PROFILE(MPI_Request_free);
int MPI_Request_free(MPI_Request *request)
{
    LIBRARY_LOCKED;
    int err = check_requests(1, request);
    if (err == MPI_SUCCESS && *request == MPI_REQUEST_NULL)
        err = error_make(MPI_ERR_REQUEST, "MPI_REQUEST_NULL cannot be freed");
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Request_free");
    request_free(request_find(*request));
    *request = MPI_REQUEST_NULL;
    return MPI_SUCCESS;
}
