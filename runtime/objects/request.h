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
#include <string.h>

#include <mpi.h>

#include "runtime/base/error.h"
#include "runtime/base/progress.h"
#include "runtime/objects/handle.h"

struct mpi_comm;
struct mpi_request;

struct request_ops {
    /* Give the request back to where it came from: it is complete and nobody
     * will look at it again. A persistent one becomes inactive. */
    void (*release)(struct mpi_request *r);

    /* The others may be NULL: then there is nothing special to do. */

    /* MPI_Start; only persistent requests have it. */
    int (*start)(struct mpi_request *r);
    /* The user lets go of a persistent request, in whatever state. */
    void (*destroy)(struct mpi_request *r);
    /* Try to end it early; it completes in any case. */
    int (*cancel)(struct mpi_request *r);
    /* Fill the status of a complete request; the operation's result. */
    int (*query)(struct mpi_request *r, MPI_Status *status);
};

struct mpi_request {
    struct object object;
    int is_complete;          /* what progress_wait watches */
    int error;                /* of the operation; valid when complete */
    const struct request_ops *ops;
    struct mpi_comm *comm;    /* whose error handler applies */
    /* For the status: valid when complete. */
    int source;
    int tag;
    uint64_t bytes;
    /* Called once on completion, last; NULL: nobody waits for that. */
    void (*then)(struct mpi_request *r);
    void *owner;              /* for then */
    struct progress *progress;
    bool is_cancelled;        /* for the status, too */
    bool is_special;          /* persistent, or with a query of its own */
    bool is_inactive;         /* a persistent one that is not started; it is
                                 complete, with an empty status */
};

/*
 * Stands for every operation that is done when its start returns: always
 * complete, and never released. Its handle is a constant, so that such a start
 * and the wait for it look nothing up. The standard's own handles end far below.
 */
extern struct mpi_request request_done;
enum { REQUEST_DONE = HANDLE_FIRST - 1 };

/* Put request_done into the handle table, where it stays; may be repeated.
 * Errors: as handle_add_predefined */
int request_open_done(void);

static inline bool request_is_done(MPI_Request handle)
{
    return (uintptr_t)handle == REQUEST_DONE;
}

static inline struct mpi_request *request_find(MPI_Request handle)
{
    return (struct mpi_request *)handle_find(handle, KIND_REQUEST);
}

/* As request_find, but never the one that is always done. */
static inline struct mpi_request *request_find_added(MPI_Request handle)
{
    return (struct mpi_request *)handle_find_added(handle, KIND_REQUEST);
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

/* Call then(r) when r is complete, at once if it is; owner is for then to
 * find. The user does not see r. */
void request_then(struct mpi_request *r, void (*then)(struct mpi_request *r),
                  void *owner);

/* Make r a pending request that no protocol knows; the caller embeds it and
 * completes it with request_complete. Gives it a handle.
 * Errors   MPI_ERR_NO_MEM */
int request_init(struct mpi_request *r, const struct request_ops *ops,
                 struct progress *progress, struct mpi_comm *comm);

/* A persistent request is inactive now. */
void request_set_inactive(struct mpi_request *r);

static inline bool request_is_persistent(const struct mpi_request *r)
{
    return r->ops->start != NULL;
}

/* MPI_Request_free: release now, or as soon as r is complete. */
void request_free(struct mpi_request *r);

/* Fill what MPI_Recv, MPI_Wait and MPI_Probe report; MPI_ERROR stays. status
 * may be MPI_STATUS_IGNORE. */
static inline void status_set(MPI_Status *status, int source, int tag,
                              uint64_t bytes)
{
    if (status == MPI_STATUS_IGNORE)
        return;
    status->MPI_SOURCE = source;
    status->MPI_TAG = tag;
    memcpy(&status->MPI_internal[0], &bytes, sizeof bytes);
    status->MPI_internal[2] = 0;
}

/* The status of "no operation": source any, tag any, nothing received, no
 * error. */
void status_set_empty(MPI_Status *status);

/* Message bytes and cancel flag that status_set kept. */
uint64_t status_bytes(const MPI_Status *status);
bool status_is_cancelled(const MPI_Status *status);

void status_set_bytes(MPI_Status *status, uint64_t bytes);
void status_set_cancelled(MPI_Status *status, bool is_cancelled);

/* Fill status from a complete request and return its error code. */
int request_query(struct mpi_request *r, MPI_Status *status);

/*
 * Take the result of a complete request: fill status, release, return the
 * operation's error code.
 */
int request_finish(struct mpi_request *r, MPI_Status *status);

/* As request_finish, for a request that is not special. */
int request_finish_plain(struct mpi_request *r, MPI_Status *status);

/* Progress until r is complete, then request_finish. */
int request_wait(struct mpi_request *r, MPI_Status *status);

#endif
