/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Session: what a part of the program asked for when it
 * began to use MPI. Groups and communicators that come from it keep it alive.
 */
#ifndef OBJECTS_SESSION_H
#define OBJECTS_SESSION_H

#include <mpi.h>

#include "runtime/objects/handle.h"

struct bsend_buffer;
struct mpi_errhandler;
struct mpi_info;

struct session {
    struct object object;
    struct mpi_errhandler *errhandler; /* one reference */
    struct mpi_info *info;             /* hints as they are used */
    struct bsend_buffer *buffer;       /* for buffered sends, NULL: none */
};

static inline struct session *session_find(MPI_Session handle)
{
    return (struct session *)handle_find(handle, KIND_SESSION);
}

/*
 * One reference, with a handle. Keeps a reference to errhandler, takes over
 * info.
 * Errors   MPI_ERR_NO_MEM; info stays the caller's
 */
int session_create(struct mpi_errhandler *errhandler, struct mpi_info *info,
                   struct session **out);

void session_retain(struct session *s);

/* Drop a reference; harmless on NULL. */
void session_release(struct session *s);

#endif
