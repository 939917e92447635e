/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Errhandler. A user's handler is for one kind of object,
 * predefined ones are for all.
 */
#ifndef OBJECTS_ERRHANDLER_H
#define OBJECTS_ERRHANDLER_H

#include <stdbool.h>

#include <mpi.h>

#include "runtime/objects/handle.h"

struct mpi_errhandler {
    struct object object;
    int given;                          /* handles the user has of it */
    enum kind of;                       /* KIND_FREE: predefined */
    union {
        MPI_Comm_errhandler_function *comm;
        MPI_Session_errhandler_function *session;
        MPI_Win_errhandler_function *win;
        MPI_File_errhandler_function *file;
    } user;
};

static inline struct mpi_errhandler *errhandler_find(MPI_Errhandler handle)
{
    return (struct mpi_errhandler *)handle_find(handle, KIND_ERRHANDLER);
}

/* MPI_ERRORS_ARE_FATAL, MPI_ERRORS_ABORT and MPI_ERRORS_RETURN. */
int errhandler_init_predefined(void);
void errhandler_fini_predefined(void);

/* For objects of kind; one reference, no handle; the caller sets the function.
 * Errors: MPI_ERR_NO_MEM */
int errhandler_create(enum kind of, struct mpi_errhandler **out);

void errhandler_retain(struct mpi_errhandler *e);

/* Drop a reference; the last one takes the handle away and frees. A
 * predefined handler is never freed. */
void errhandler_release(struct mpi_errhandler *e);

/*
 * Give the user a handle of e, with a reference of its own.
 * Errors   MPI_ERR_NO_MEM
 */
int errhandler_give(struct mpi_errhandler *e, MPI_Errhandler *out);

/* The user gives a handle of e back. Predefined ones stay as they are. */
void errhandler_take(struct mpi_errhandler *e);

/* Has the user a handle of e? */
static inline bool errhandler_is_given(const struct mpi_errhandler *e)
{
    return e->given > 0 || e->of == KIND_FREE;
}

#endif
