/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Completion and statuses. MPI_internal holds the byte count in its first two
 * ints (a 64-bit value would be misaligned there) and the cancel flag in the
 * third.
 */
#include "runtime/objects/request.h"

#include <string.h>

void request_complete(struct mpi_request *r, int error)
{
    r->error = error;
    r->is_complete = 1;
    if (UNLIKELY(error != MPI_SUCCESS))
        r->progress->failures++;
    if (UNLIKELY(r->is_freed))
        r->ops->release(r);
}

void request_free(struct mpi_request *r)
{
    if (r->is_complete)
        r->ops->release(r);
    else
        r->is_freed = true;
}

void status_set(MPI_Status *status, int source, int tag, uint64_t bytes)
{
    if (status == MPI_STATUS_IGNORE)
        return;
    status->MPI_SOURCE = source;
    status->MPI_TAG = tag;
    memcpy(&status->MPI_internal[0], &bytes, sizeof bytes);
    status->MPI_internal[2] = 0;
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

int request_finish(struct mpi_request *r, MPI_Status *status)
{
    int error = r->error;
    status_set(status, r->source, r->tag, r->bytes);
    if (status != MPI_STATUS_IGNORE && r->is_cancelled)
        status->MPI_internal[2] = 1;
    r->ops->release(r);
    return error;
}

int request_wait(struct mpi_request *r, MPI_Status *status)
{
    progress_wait(r->progress, &r->is_complete);
    return request_finish(r, status);
}
