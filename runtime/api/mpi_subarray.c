/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Type_create_subarray: a part of an array of any dimensions (MPI 5.0,
 * 5.1.3).
 */
#include "runtime/api/api.h"

#include <stdlib.h>

#include "runtime/api/check.h"
#include "runtime/api/type_args.h"
#include "runtime/base/error.h"
#include "runtime/objects/recipe.h"
#include "runtime/objects/type_create.h"

struct subarray_call {
    int ndims;
    struct array sizes, subsizes, starts;
    int order;
    MPI_Datatype oldtype;
};

/* What a call's arrays were copied to. */
struct subarray_copy {
    MPI_Count *sizes, *subsizes, *starts;
};

static int check_dimension(const struct subarray_copy *a, int d)
{
    MPI_Count size = a->sizes[d], part = a->subsizes[d], start = a->starts[d];
    if (size >= 1 && part >= 1 && part <= size && start >= 0 &&
        start <= size - part)
        return MPI_SUCCESS;
    return error_make(MPI_ERR_ARG,
                      "dimension %d: %lld elements from %lld on are not a part "
                      "of an array of %lld",
                      d, (long long)part, (long long)start, (long long)size);
}

static int check_shape(const struct subarray_call *c)
{
    if (c->ndims < 1)
        return error_make(MPI_ERR_DIMS, "%d is not a number of dimensions",
                          c->ndims);
    if (c->order != MPI_ORDER_C && c->order != MPI_ORDER_FORTRAN)
        return error_make(MPI_ERR_ARG, "order %d is neither MPI_ORDER_C nor "
                          "MPI_ORDER_FORTRAN", c->order);
    return MPI_SUCCESS;
}

static int record(const struct subarray_call *c,
                  const struct subarray_copy *copy, struct mpi_datatype *old,
                  struct mpi_datatype *t)
{
    const enum recipe_list sizes =
        c->sizes.entry_bytes == sizeof(int) ? RECIPE_INTS : RECIPE_COUNTS;
    struct recipe *r = recipe_create(MPI_COMBINER_SUBARRAY);
    recipe_add_one(r, RECIPE_INTS, c->ndims);
    recipe_add(r, sizes, copy->sizes, c->ndims);
    recipe_add(r, sizes, copy->subsizes, c->ndims);
    recipe_add(r, sizes, copy->starts, c->ndims);
    recipe_add_one(r, RECIPE_INTS, c->order);
    recipe_add_type(r, old);
    return type_record(r, t);
}

static int make(const struct subarray_call *c, struct subarray_copy *copy,
                struct mpi_datatype **out)
{
    struct mpi_datatype *old;
    int err = check_type(c->oldtype, &old);
    if (err == MPI_SUCCESS)
        err = check_shape(c);
    if (err == MPI_SUCCESS)
        err = array_copy(&c->sizes, c->ndims, &copy->sizes);
    if (err == MPI_SUCCESS)
        err = array_copy(&c->subsizes, c->ndims, &copy->subsizes);
    if (err == MPI_SUCCESS)
        err = array_copy(&c->starts, c->ndims, &copy->starts);
    for (int d = 0; d < c->ndims && err == MPI_SUCCESS; d++)
        err = check_dimension(copy, d);
    if (err != MPI_SUCCESS)
        return err;
    const struct subarray s = {.dims = c->ndims,
                               .sizes = copy->sizes,
                               .subsizes = copy->subsizes,
                               .starts = copy->starts,
                               .order = c->order,
                               .type = old};
    err = type_subarray(&s, out);
    return err == MPI_SUCCESS ? record(c, copy, old, *out) : err;
}

static int subarray(const struct subarray_call *c, MPI_Datatype *newtype,
                    const char *function)
{
    struct subarray_copy copy = {0};
    struct mpi_datatype *t = NULL;
    int err = check_pointer(newtype, "newtype");
    if (err == MPI_SUCCESS)
        err = make(c, &copy, &t);
    free(copy.sizes);
    free(copy.subsizes);
    free(copy.starts);
    return type_result(err, t, newtype, function);
}

PROFILE(MPI_Type_create_subarray);
int MPI_Type_create_subarray(int ndims, const int array_of_sizes[],
                             const int array_of_subsizes[],
                             const int array_of_starts[], int order,
                             MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct subarray_call c = {ndims, ARRAY(array_of_sizes),
                                    ARRAY(array_of_subsizes),
                                    ARRAY(array_of_starts), order, oldtype};
    return subarray(&c, newtype, "MPI_Type_create_subarray");
}

PROFILE(MPI_Type_create_subarray_c);
int MPI_Type_create_subarray_c(int ndims, const MPI_Count array_of_sizes[],
                               const MPI_Count array_of_subsizes[],
                               const MPI_Count array_of_starts[], int order,
                               MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct subarray_call c = {ndims, ARRAY(array_of_sizes),
                                    ARRAY(array_of_subsizes),
                                    ARRAY(array_of_starts), order, oldtype};
    return subarray(&c, newtype, "MPI_Type_create_subarray_c");
}
