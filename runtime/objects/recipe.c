/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists that grow by what is added; a failure is remembered to the end.
 */
#include "runtime/objects/recipe.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/objects/datatype.h"

struct recipe *recipe_create(int combiner)
{
    struct recipe *r = calloc(1, sizeof *r);
    if (r) {
        r->references = 1;
        r->combiner = combiner;
    }
    return r;
}

void recipe_add(struct recipe *r, enum recipe_list list,
                const MPI_Count *values, MPI_Count n)
{
    if (!r || n == 0)
        return;
    const size_t old = (size_t)r->n[list];
    MPI_Count *grown = realloc(r->values[list],
                               (old + (size_t)n) * sizeof *grown);
    if (!grown) {
        r->is_failed = true;
        return;
    }
    memcpy(grown + old, values, (size_t)n * sizeof *grown);
    r->values[list] = grown;
    r->n[list] += n;
}

void recipe_add_one(struct recipe *r, enum recipe_list list, MPI_Count value)
{
    recipe_add(r, list, &value, 1);
}

void recipe_add_type(struct recipe *r, struct mpi_datatype *type)
{
    if (!r)
        return;
    struct mpi_datatype **grown =
        realloc(r->types, ((size_t)r->type_count + 1) * sizeof *grown);
    if (!grown) {
        r->is_failed = true;
        return;
    }
    r->types = grown;
    r->types[r->type_count++] = type;
    datatype_retain(type);
}

int recipe_finish(struct recipe *r, struct mpi_datatype *type)
{
    if (!r || r->is_failed) {
        recipe_release(r);
        return MPI_ERR_NO_MEM;
    }
    recipe_release(type->recipe);
    type->recipe = r;
    return MPI_SUCCESS;
}

void recipe_retain(struct recipe *r)
{
    r->references++;
}

void recipe_release(struct recipe *r)
{
    if (!r || --r->references > 0)
        return;
    for (int list = 0; list < RECIPE_LISTS; list++)
        free(r->values[list]);
    for (MPI_Count i = 0; i < r->type_count; i++)
        datatype_release(r->types[i]);
    free(r->types);
    free(r);
}
