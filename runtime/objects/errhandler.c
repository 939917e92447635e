/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Error handlers: held by communicators and by the handles the user has.
 */
#include "runtime/objects/errhandler.h"

#include <stdlib.h>

#include "runtime/base/platform.h"

static struct mpi_errhandler predefined[3];
static const MPI_Errhandler handles[] = {
    MPI_ERRORS_ARE_FATAL, MPI_ERRORS_ABORT, MPI_ERRORS_RETURN};

int errhandler_init_predefined(void)
{
    int err = MPI_SUCCESS;
    for (size_t i = 0; i < ARRAY_COUNT(handles) && err == MPI_SUCCESS; i++) {
        predefined[i] = (struct mpi_errhandler){
            .object = {.kind = KIND_ERRHANDLER, .references = 1}};
        err = handle_add_predefined(&predefined[i].object,
                                    (uintptr_t)handles[i]);
    }
    return err;
}

void errhandler_fini_predefined(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(handles); i++)
        handle_remove(&predefined[i].object);
}

int errhandler_create(enum kind of, struct mpi_errhandler **out)
{
    struct mpi_errhandler *e = calloc(1, sizeof *e);
    if (!e)
        return MPI_ERR_NO_MEM;
    e->object = (struct object){.kind = KIND_ERRHANDLER, .references = 1};
    e->of = of;
    *out = e;
    return MPI_SUCCESS;
}

void errhandler_retain(struct mpi_errhandler *e)
{
    e->object.references++;
}

void errhandler_release(struct mpi_errhandler *e)
{
    if (--e->object.references > 0 || e->of == KIND_FREE)
        return;
    handle_remove(&e->object);
    free(e);
}

int errhandler_give(struct mpi_errhandler *e, MPI_Errhandler *out)
{
    if (!e->object.handle) {
        int err = handle_add(&e->object);
        if (err != MPI_SUCCESS)
            return err;
    }
    if (e->of != KIND_FREE) {
        errhandler_retain(e);
        e->given++;
    }
    *out = (MPI_Errhandler)e->object.handle;
    return MPI_SUCCESS;
}

void errhandler_take(struct mpi_errhandler *e)
{
    if (e->of != KIND_FREE) {
        e->given--;
        errhandler_release(e);
    }
}
