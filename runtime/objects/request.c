/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Completion and statuses. MPI_internal holds the byte count in its first two
 * ints (a 64-bit value would be misaligned there) and the cancel flag in the
 * third.
 */
#include "runtime/objects/request.h"

#include <string.h>

static void keep(struct mpi_request *r)
{
}

static const struct request_ops done_ops = { .release = keep };

struct mpi_request request_done = {
    .object = { .kind = KIND_REQUEST, .references = 1 },
    .is_complete = 1,
    .ops = &done_ops,
    .source = MPI_PROC_NULL,
    .tag = MPI_ANY_TAG,
};

int request_open_done(void)
{
    return handle_add_predefined(&request_done.object, REQUEST_DONE);
}

void request_complete(struct mpi_request *r, int error)
{
    r->error = error;
    r->is_complete = 1;
    if (UNLIKELY(error != MPI_SUCCESS))
        r->progress->failures++;
    if (UNLIKELY(r->then != NULL))
        r->then(r);
}

void request_then(struct mpi_request *r, void (*then)(struct mpi_request *r),
                  void *owner)
{
    r->owner = owner;
    if (r->is_complete)
        then(r);
    else
        r->then = then;
}

int request_init(struct mpi_request *r, const struct request_ops *ops,
                 struct progress *progress, struct mpi_comm *comm)
{
    *r = (struct mpi_request){
        .object = { .kind = KIND_REQUEST, .references = 1 },
        .ops = ops,
        .progress = progress,
        .comm = comm,
        .is_special = ops->start || ops->query,
    };
    return handle_add(&r->object);
}

void request_set_inactive(struct mpi_request *r)
{
    r->is_complete = 1;
    r->is_inactive = true;
    r->error = MPI_SUCCESS;
    r->then = NULL;
}

void request_free(struct mpi_request *r)
{
    if (r->ops->destroy)
        r->ops->destroy(r);
    else
        request_then(r, r->ops->release, NULL);
}

void status_set_empty(MPI_Status *status)
{
    status_set(status, MPI_ANY_SOURCE, MPI_ANY_TAG, 0);
    if (status != MPI_STATUS_IGNORE)
        status->MPI_ERROR = MPI_SUCCESS;
}

uint64_t status_bytes(const MPI_Status *status)
{
    uint64_t bytes;
    memcpy(&bytes, &status->MPI_internal[0], sizeof bytes);
    return bytes;
}

bool status_is_cancelled(const MPI_Status *status)
{
    return status->MPI_internal[2] != 0;
}

void status_set_bytes(MPI_Status *status, uint64_t bytes)
{
    memcpy(&status->MPI_internal[0], &bytes, sizeof bytes);
}

void status_set_cancelled(MPI_Status *status, bool is_cancelled)
{
    status->MPI_internal[2] = is_cancelled;
}

static inline int query_plain(const struct mpi_request *r, MPI_Status *status)
{
    status_set(status, r->source, r->tag, r->bytes);
    if (status != MPI_STATUS_IGNORE && r->is_cancelled)
        status_set_cancelled(status, true);
    return r->error;
}

static COLD int query_special(struct mpi_request *r, MPI_Status *status)
{
    if (r->ops->query)
        return r->ops->query(r, status);
    if (!r->is_inactive)
        return query_plain(r, status);
    status_set_empty(status);
    return MPI_SUCCESS;
}

int request_query(struct mpi_request *r, MPI_Status *status)
{
    if (UNLIKELY(r->is_special))
        return query_special(r, status);
    return query_plain(r, status);
}

int request_finish(struct mpi_request *r, MPI_Status *status)
{
    int error = request_query(r, status);
    r->ops->release(r);
    return error;
}

int request_finish_plain(struct mpi_request *r, MPI_Status *status)
{
    int error = query_plain(r, status);
    r->ops->release(r);
    return error;
}

int request_wait(struct mpi_request *r, MPI_Status *status)
{
    progress_wait(r->progress, &r->is_complete);
    return request_finish(r, status);
}
