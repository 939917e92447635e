/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arrays of any width, and giving a new datatype to the user.
 */
#include "runtime/api/type_args.h"

#include <stdlib.h>

#include "runtime/api/api.h"
#include "runtime/base/error.h"
#include "runtime/objects/datatype.h"
#include "runtime/objects/recipe.h"

int array_copy(const struct array *from, MPI_Count n, MPI_Count **out)
{
    if (from->entry_bytes == 0)
        return MPI_SUCCESS;
    if (n > 0 && !from->entries)
        return error_make(MPI_ERR_ARG, "an array is a null pointer");
    *out = calloc((size_t)n + 1, sizeof **out);
    if (!*out)
        return MPI_ERR_NO_MEM;
    for (MPI_Count i = 0; i < n; i++)
        (*out)[i] = from->entry_bytes == sizeof(int)
                        ? ((const int *)from->entries)[i]
                        : ((const MPI_Count *)from->entries)[i];
    return MPI_SUCCESS;
}

int type_record(struct recipe *r, struct mpi_datatype *t)
{
    int err = recipe_finish(r, t);
    if (err != MPI_SUCCESS)
        datatype_release(t);
    return err;
}

int type_result(int err, struct mpi_datatype *t, MPI_Datatype *out,
                const char *function)
{
    if (err == MPI_SUCCESS) {
        err = handle_add(&t->object);
        if (err == MPI_SUCCESS)
            *out = datatype_handle(t);
        else
            datatype_release(t);
    }
    return api_result(NULL, err, function);
}
