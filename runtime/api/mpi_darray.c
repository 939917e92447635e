/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Type_create_darray: one rank's part of an array that is distributed over
 * a grid of ranks (MPI 5.0, 5.1.4).
 */
#include "runtime/api/api.h"

#include <stdlib.h>

#include "runtime/api/check.h"
#include "runtime/api/type_args.h"
#include "runtime/base/error.h"
#include "runtime/objects/recipe.h"
#include "runtime/objects/type_create.h"

struct darray_call {
    int size, rank, ndims;
    struct array gsizes;
    const int *distribs, *dargs, *psizes;
    int order;
    MPI_Datatype oldtype;
};

static int check_shape(const struct darray_call *c)
{
    long long ranks = 1;
    if (c->ndims < 1)
        return error_make(MPI_ERR_DIMS, "%d is not a number of dimensions",
                          c->ndims);
    if (c->size < 1 || c->rank < 0 || c->rank >= c->size)
        return error_make(MPI_ERR_RANK, "rank %d is not one of %d", c->rank,
                          c->size);
    if (c->order != MPI_ORDER_C && c->order != MPI_ORDER_FORTRAN)
        return error_make(MPI_ERR_ARG, "order %d is neither MPI_ORDER_C nor "
                          "MPI_ORDER_FORTRAN", c->order);
    if (!c->distribs || !c->dargs || !c->psizes)
        return error_make(MPI_ERR_ARG, "an array is a null pointer");
    for (int d = 0; d < c->ndims; d++)
        ranks *= c->psizes[d] > 0 ? c->psizes[d] : 0;
    if (ranks != c->size)
        return error_make(MPI_ERR_ARG, "the grid has %lld ranks, not %d", ranks,
                          c->size);
    return MPI_SUCCESS;
}

/* Blocks are given, or so large that each rank has one at most. */
static int find_block(const struct darray_call *c, int d, MPI_Count size,
                      MPI_Count *block)
{
    const int arg = c->dargs[d];
    const MPI_Count parts = c->psizes[d];
    switch (c->distribs[d]) {
    case MPI_DISTRIBUTE_NONE:
        *block = size;
        return parts == 1 ? MPI_SUCCESS
                          : error_make(MPI_ERR_ARG, "dimension %d is not "
                                       "distributed, but over %lld ranks", d,
                                       (long long)parts);
    case MPI_DISTRIBUTE_BLOCK:
        *block = arg == MPI_DISTRIBUTE_DFLT_DARG ? (size + parts - 1) / parts
                                                 : arg;
        if (*block > 0 && *block * parts >= size)
            return MPI_SUCCESS;
        return error_make(MPI_ERR_ARG, "dimension %d: blocks of %d are too "
                          "small for one on each of %lld ranks", d, arg,
                          (long long)parts);
    case MPI_DISTRIBUTE_CYCLIC:
        *block = arg == MPI_DISTRIBUTE_DFLT_DARG ? 1 : arg;
        return *block > 0 ? MPI_SUCCESS
                          : error_make(MPI_ERR_ARG, "dimension %d: blocks of "
                                       "%d", d, arg);
    default:
        return error_make(MPI_ERR_ARG, "%d is not a distribution",
                          c->distribs[d]);
    }
}

/* The ranks of the grid are in C order in any case. */
static int fill_deals(const struct darray_call *c, const MPI_Count *sizes,
                      struct deal *deals)
{
    int err = MPI_SUCCESS, rank = c->rank;
    for (int d = c->ndims - 1; d >= 0 && err == MPI_SUCCESS; d--) {
        deals[d] = (struct deal){.size = sizes[d], .parts = c->psizes[d],
                                 .part = rank % c->psizes[d]};
        rank /= c->psizes[d];
        if (sizes[d] < 1)
            err = error_make(MPI_ERR_ARG, "dimension %d has %lld elements", d,
                             (long long)sizes[d]);
        else
            err = find_block(c, d, sizes[d], &deals[d].block);
    }
    return err;
}

static void add_ints(struct recipe *r, const int *values, int n)
{
    for (int i = 0; i < n; i++)
        recipe_add_one(r, RECIPE_INTS, values[i]);
}

static int record(const struct darray_call *c, const MPI_Count *sizes,
                  struct mpi_datatype *old, struct mpi_datatype *t)
{
    struct recipe *r = recipe_create(MPI_COMBINER_DARRAY);
    add_ints(r, (const int[]){c->size, c->rank, c->ndims}, 3);
    recipe_add(r, c->gsizes.entry_bytes == sizeof(int) ? RECIPE_INTS
                                                       : RECIPE_COUNTS,
               sizes, c->ndims);
    add_ints(r, c->distribs, c->ndims);
    add_ints(r, c->dargs, c->ndims);
    add_ints(r, c->psizes, c->ndims);
    recipe_add_one(r, RECIPE_INTS, c->order);
    recipe_add_type(r, old);
    return type_record(r, t);
}

static int make(const struct darray_call *c, MPI_Count **sizes,
                struct deal **deals, struct mpi_datatype **out)
{
    struct mpi_datatype *old;
    int err = check_type(c->oldtype, &old);
    if (err == MPI_SUCCESS)
        err = check_shape(c);
    if (err == MPI_SUCCESS)
        err = array_copy(&c->gsizes, c->ndims, sizes);
    if (err != MPI_SUCCESS)
        return err;
    *deals = calloc((size_t)c->ndims, sizeof **deals);
    err = *deals ? fill_deals(c, *sizes, *deals) : MPI_ERR_NO_MEM;
    if (err != MPI_SUCCESS)
        return err;
    const struct darray a = {.dims = c->ndims, .deals = *deals,
                             .order = c->order, .type = old};
    err = type_darray(&a, out);
    return err == MPI_SUCCESS ? record(c, *sizes, old, *out) : err;
}

static int darray(const struct darray_call *c, MPI_Datatype *newtype,
                  const char *function)
{
    MPI_Count *sizes = NULL;
    struct deal *deals = NULL;
    struct mpi_datatype *t = NULL;
    int err = check_pointer(newtype, "newtype");
    if (err == MPI_SUCCESS)
        err = make(c, &sizes, &deals, &t);
    free(sizes);
    free(deals);
    return type_result(err, t, newtype, function);
}

/* The arguments that both forms have. */
#define ARGUMENTS                                                              \
    {size, rank, ndims, ARRAY(array_of_gsizes), array_of_distribs,             \
     array_of_dargs, array_of_psizes, order, oldtype}

PROFILE(MPI_Type_create_darray);
int MPI_Type_create_darray(int size, int rank, int ndims,
                           const int array_of_gsizes[],
                           const int array_of_distribs[],
                           const int array_of_dargs[],
                           const int array_of_psizes[], int order,
                           MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct darray_call c = ARGUMENTS;
    return darray(&c, newtype, "MPI_Type_create_darray");
}

PROFILE(MPI_Type_create_darray_c);
int MPI_Type_create_darray_c(int size, int rank, int ndims,
                             const MPI_Count array_of_gsizes[],
                             const int array_of_distribs[],
                             const int array_of_dargs[],
                             const int array_of_psizes[], int order,
                             MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct darray_call c = ARGUMENTS;
    return darray(&c, newtype, "MPI_Type_create_darray_c");
}
