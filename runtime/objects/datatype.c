/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a datatype after it was made. The handle stays while anything
 * holds the type, so that a user's reduction still finds a type that was freed
 * while it ran.
 */
#include "runtime/objects/datatype.h"

#include <stdlib.h>

#include "runtime/objects/recipe.h"
#include "runtime/objects/signature.h"

const char *datatype_name(const struct mpi_datatype *t)
{
    return t->name ? t->name : "a derived datatype";
}

void datatype_retain(struct mpi_datatype *t)
{
    t->object.references++;
}

void datatype_release(struct mpi_datatype *t)
{
    if (--t->object.references > 0 || t->is_predefined)
        return;
    handle_remove(&t->object);
    signature_release(t->signature);
    recipe_release(t->recipe);
    free(t->given_name);
    free(t->blocks);
    free(t);
}

void datatype_free(struct mpi_datatype *t)
{
    t->is_freed = true;
    t->is_committed = false;
    datatype_release(t);
}

int datatype_alias(const struct mpi_datatype *base, struct mpi_datatype **out)
{
    struct mpi_datatype *t = malloc(sizeof *t);
    if (!t)
        return MPI_ERR_NO_MEM;
    *t = *base; /* whose blocks and signature stay for ever */
    t->object = (struct object){.kind = KIND_DATATYPE, .references = 1};
    t->name = NULL;
    t->given_name = NULL;
    t->attrs = NULL;
    int err = handle_add(&t->object);
    if (err == MPI_SUCCESS)
        *out = t;
    else
        free(t);
    return err;
}
