/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Request: an operation that was started and will
 * complete by progress.
 *
 * Point-to-point operations and collectives embed it at the head of their own
 * struct and set ops. is_complete is set once, last; nothing else is read
 * before. A pooled request keeps its handle, so starting one costs no table
 * operation.
 */
#ifndef OBJECTS_REQUEST_H
#define OBJECTS_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <mpi.h>

#include "runtime/base/error.h"
#include "runtime/base/progress.h"
#include "runtime/objects/handle.h"

struct mpi_comm;
struct mpi_request;

struct request_ops {
    /* Give the request back to where it came from: it is complete and nobody
     * will look at it again. */
    void (*release)(struct mpi_request *r);
};

struct mpi_request {
    struct object object;
    int is_complete;          /* what progress_wait watches */
    int error;                /* of the operation; valid when complete */
    const struct request_ops *ops;
    struct progress *progress;
    struct mpi_comm *comm;    /* whose error handler applies */
    /* For the status: valid when complete. */
    int source;
    int tag;
    bool is_cancelled;
    bool is_freed;            /* the user let go of it before completion */
    uint64_t bytes;
};

static inline struct mpi_request *request_find(MPI_Request handle)
{
    return (struct mpi_request *)handle_find(handle, KIND_REQUEST);
}

static inline MPI_Request request_handle(const struct mpi_request *r)
{
    return (MPI_Request)r->object.handle;
}

/*
 * Has r ended in a way after which other operations may wait for ever, such as
 * a lost peer? A truncated message concerns nobody but its receive.
 */
static inline bool request_is_lost(const struct mpi_request *r)
{
    return r->is_complete && error_class_of(r->error) != MPI_SUCCESS &&
           error_class_of(r->error) != MPI_ERR_TRUNCATE;
}

/* Set r complete and count failures; releases it when the user has let go of it. */
void request_complete(struct mpi_request *r, int error);

/* MPI_Request_free: release now, or as soon as r is complete. */
void request_free(struct mpi_request *r);

/* Fill what MPI_Recv, MPI_Wait and MPI_Probe report; MPI_ERROR stays. status
 * may be MPI_STATUS_IGNORE. */
void status_set(MPI_Status *status, int source, int tag, uint64_t bytes);

/* The status of "no operation": source any, tag any, nothing received, no
 * error. */
void status_set_empty(MPI_Status *status);

/* Message bytes and cancel flag that status_set kept. */
uint64_t status_bytes(const MPI_Status *status);
bool status_is_cancelled(const MPI_Status *status);

/*
 * Take the result of a complete request: fill status, release, return the
 * operation's error code.
 */
int request_finish(struct mpi_request *r, MPI_Status *status);

/* Progress until r is complete, then request_finish. */
int request_wait(struct mpi_request *r, MPI_Status *status);

#endif
