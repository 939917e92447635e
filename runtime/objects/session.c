/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a session object.
 */
#include "runtime/objects/session.h"

#include <stdlib.h>

#include "runtime/objects/errhandler.h"
#include "runtime/objects/info.h"

int session_create(struct mpi_errhandler *errhandler, struct mpi_info *info,
                   struct session **out)
{
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return MPI_ERR_NO_MEM;
    s->object = (struct object){ .kind = KIND_SESSION, .references = 1 };
    int err = handle_add(&s->object);
    if (err != MPI_SUCCESS) {
        free(s);
        return err;
    }
    errhandler_retain(errhandler);
    s->errhandler = errhandler;
    s->info = info;
    *out = s;
    return MPI_SUCCESS;
}

void session_retain(struct session *s)
{
    s->object.references++;
}

void session_release(struct session *s)
{
    if (!s || --s->object.references > 0)
        return;
    handle_remove(&s->object);
    errhandler_release(s->errhandler);
    info_destroy(s->info);
    free(s);
}
