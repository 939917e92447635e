/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The datatype constructors (MPI 5.0, 5.1.2 to 5.1.8) but subarrays: one
 * regular piece, lots at their own places, and one type made of another.
 */
#include "runtime/api/api.h"

#include <stdlib.h>

#include "runtime/api/check.h"
#include "runtime/api/type_args.h"
#include "runtime/base/error.h"
#include "runtime/objects/attr.h"
#include "runtime/objects/recipe.h"
#include "runtime/objects/type_create.h"

/* ---- one regular piece ---- */

struct regular_call {
    MPI_Count count;
    MPI_Count blocklength;
    MPI_Count stride;
    bool is_in_bytes; /* stride; else in extents of oldtype */
    MPI_Datatype oldtype;
    int combiner;
    bool is_large;    /* a large-count form */
};

static int record_regular(const struct regular_call *c,
                          struct mpi_datatype *old, struct mpi_datatype *t)
{
    const enum recipe_list ints = c->is_large ? RECIPE_COUNTS : RECIPE_INTS;
    const enum recipe_list strides =
        c->is_large || !c->is_in_bytes ? ints : RECIPE_ADDRESSES;
    struct recipe *r = recipe_create(c->combiner);
    recipe_add_one(r, ints, c->count);
    if (c->combiner != MPI_COMBINER_CONTIGUOUS) {
        recipe_add_one(r, ints, c->blocklength);
        recipe_add_one(r, strides, c->stride);
    }
    recipe_add_type(r, old);
    return type_record(r, t);
}

static int make_regular(const struct regular_call *c,
                        struct mpi_datatype **out)
{
    struct mpi_datatype *old;
    int64_t stride = 0;
    int err = check_count(c->count);
    if (err == MPI_SUCCESS && c->blocklength < 0)
        err = error_make(MPI_ERR_ARG, "block length %lld is negative",
                         (long long)c->blocklength);
    if (err == MPI_SUCCESS)
        err = check_type(c->oldtype, &old);
    if (err != MPI_SUCCESS)
        return err;
    if (add_product_overflows(&stride, c->stride,
                              c->is_in_bytes ? 1 : old->extent))
        return error_make(MPI_ERR_ARG, "stride %lld is too large",
                          (long long)c->stride);
    const struct piece p = {.type = old,
                            .count = c->count,
                            .length = c->blocklength,
                            .stride = (MPI_Aint)stride};
    err = type_regular(&p, out);
    return err == MPI_SUCCESS ? record_regular(c, old, *out) : err;
}

static int regular(const struct regular_call *c, MPI_Datatype *newtype,
                   const char *function)
{
    struct mpi_datatype *t = NULL;
    int err = check_pointer(newtype, "newtype");
    if (err == MPI_SUCCESS)
        err = make_regular(c, &t);
    return type_result(err, t, newtype, function);
}

#define REGULAR(...) &(struct regular_call){__VA_ARGS__}

PROFILE(MPI_Type_contiguous);
int MPI_Type_contiguous(int count, MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return regular(REGULAR(count, 1, 1, false, oldtype,
                           MPI_COMBINER_CONTIGUOUS, false), newtype,
                   "MPI_Type_contiguous");
}

PROFILE(MPI_Type_contiguous_c);
int MPI_Type_contiguous_c(MPI_Count count, MPI_Datatype oldtype,
                          MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return regular(REGULAR(count, 1, 1, false, oldtype,
                           MPI_COMBINER_CONTIGUOUS, true), newtype,
                   "MPI_Type_contiguous_c");
}

PROFILE(MPI_Type_vector);
int MPI_Type_vector(int count, int blocklength, int stride,
                    MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return regular(REGULAR(count, blocklength, stride, false, oldtype,
                           MPI_COMBINER_VECTOR, false),
                   newtype, "MPI_Type_vector");
}

PROFILE(MPI_Type_vector_c);
int MPI_Type_vector_c(MPI_Count count, MPI_Count blocklength, MPI_Count stride,
                      MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return regular(REGULAR(count, blocklength, stride, false, oldtype,
                           MPI_COMBINER_VECTOR, true),
                   newtype, "MPI_Type_vector_c");
}

PROFILE(MPI_Type_create_hvector);
int MPI_Type_create_hvector(int count, int blocklength, MPI_Aint stride,
                            MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return regular(REGULAR(count, blocklength, stride, true, oldtype,
                           MPI_COMBINER_HVECTOR, false), newtype,
                   "MPI_Type_create_hvector");
}

PROFILE(MPI_Type_create_hvector_c);
int MPI_Type_create_hvector_c(MPI_Count count, MPI_Count blocklength,
                              MPI_Count stride, MPI_Datatype oldtype,
                              MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return regular(REGULAR(count, blocklength, stride, true, oldtype,
                           MPI_COMBINER_HVECTOR, true), newtype,
                   "MPI_Type_create_hvector_c");
}

/* ---- lots, each at its own place ---- */

struct lots_call {
    MPI_Count count;
    struct array lengths;  /* without: all lots have blocklength */
    MPI_Count blocklength;
    struct array offsets;
    bool is_in_bytes;      /* offsets; else in extents of oldtype */
    bool has_types;        /* each lot its own; else all are of oldtype */
    const MPI_Datatype *types;
    MPI_Datatype oldtype;
    int combiner;
    bool is_large;         /* a large-count form */
};

/* What a call's arrays were copied to. */
struct lots_copy {
    MPI_Count *lengths;
    MPI_Count *offsets;
    struct mpi_datatype **types;
};

static int copy_types(const MPI_Datatype *from, MPI_Count n,
                      struct mpi_datatype ***out)
{
    int err = n > 0 ? check_pointer(from, "array_of_types") : MPI_SUCCESS;
    if (err != MPI_SUCCESS)
        return err;
    *out = calloc((size_t)n + 1, sizeof **out);
    if (!*out)
        return MPI_ERR_NO_MEM;
    for (MPI_Count i = 0; i < n && err == MPI_SUCCESS; i++)
        err = check_type(from[i], &(*out)[i]);
    return err;
}

static int check_lengths(const MPI_Count *lengths, MPI_Count n)
{
    for (MPI_Count i = 0; lengths && i < n; i++) {
        if (lengths[i] < 0)
            return error_make(MPI_ERR_ARG, "block length %lld is negative",
                              (long long)lengths[i]);
    }
    return MPI_SUCCESS;
}

static int record_lots(const struct lots_call *c, const struct lots *l,
                       struct mpi_datatype *t)
{
    const enum recipe_list ints = c->is_large ? RECIPE_COUNTS : RECIPE_INTS;
    const enum recipe_list offsets =
        c->is_large || !c->is_in_bytes ? ints : RECIPE_ADDRESSES;
    struct recipe *r = recipe_create(c->combiner);
    recipe_add_one(r, ints, l->count);
    if (l->lengths)
        recipe_add(r, ints, l->lengths, l->count);
    else
        recipe_add_one(r, ints, l->length);
    recipe_add(r, offsets, l->offsets, l->count);
    if (!l->types)
        recipe_add_type(r, l->type);
    for (MPI_Count i = 0; l->types && i < l->count; i++)
        recipe_add_type(r, l->types[i]);
    return type_record(r, t);
}

static int make_lots(const struct lots_call *c, struct lots_copy *copy,
                     struct mpi_datatype **out)
{
    struct mpi_datatype *old = NULL;
    int err = check_count(c->count);
    if (err == MPI_SUCCESS)
        err = c->has_types ? copy_types(c->types, c->count, &copy->types)
                           : check_type(c->oldtype, &old);
    if (err == MPI_SUCCESS)
        err = check_lengths(&c->blocklength, 1);
    if (err == MPI_SUCCESS)
        err = array_copy(&c->lengths, c->count, &copy->lengths);
    if (err == MPI_SUCCESS)
        err = array_copy(&c->offsets, c->count, &copy->offsets);
    if (err == MPI_SUCCESS)
        err = check_lengths(copy->lengths, c->count);
    if (err != MPI_SUCCESS)
        return err;
    const struct lots l = {.count = c->count,
                           .lengths = copy->lengths,
                           .length = c->blocklength,
                           .offsets = copy->offsets,
                           .unit = c->is_in_bytes ? 1 : old->extent,
                           .types = copy->types,
                           .type = old};
    err = type_lots(&l, out);
    return err == MPI_SUCCESS ? record_lots(c, &l, *out) : err;
}

static int lots(const struct lots_call *c, MPI_Datatype *newtype,
                const char *function)
{
    struct lots_copy copy = {0};
    struct mpi_datatype *t = NULL;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(newtype, "newtype");
    if (err == MPI_SUCCESS)
        err = make_lots(c, &copy, &t);
    free(copy.lengths);
    free(copy.offsets);
    free(copy.types);
    return type_result(err, t, newtype, function);
}

/* The int and the large form of a constructor name their arguments alike. */
#define INDEXED                                                                \
    .count = count, .lengths = ARRAY(array_of_blocklengths),                   \
    .offsets = ARRAY(array_of_displacements), .oldtype = oldtype
#define INDEXED_BLOCK                                                          \
    .count = count, .blocklength = blocklength,                                \
    .offsets = ARRAY(array_of_displacements), .oldtype = oldtype
#define STRUCT                                                                 \
    .count = count, .lengths = ARRAY(array_of_blocklengths),                   \
    .offsets = ARRAY(array_of_displacements), .is_in_bytes = true,             \
    .has_types = true, .types = array_of_types

PROFILE(MPI_Type_indexed);
int MPI_Type_indexed(int count, const int array_of_blocklengths[],
                     const int array_of_displacements[], MPI_Datatype oldtype,
                     MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct lots_call c = {INDEXED,
                                .combiner = MPI_COMBINER_INDEXED};
    return lots(&c, newtype, "MPI_Type_indexed");
}

PROFILE(MPI_Type_create_hindexed);
int MPI_Type_create_hindexed(int count, const int array_of_blocklengths[],
                             const MPI_Aint array_of_displacements[],
                             MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct lots_call c = {INDEXED, .is_in_bytes = true,
                                .combiner = MPI_COMBINER_HINDEXED};
    return lots(&c, newtype, "MPI_Type_create_hindexed");
}

PROFILE(MPI_Type_create_indexed_block);
int MPI_Type_create_indexed_block(int count, int blocklength,
                                  const int array_of_displacements[],
                                  MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct lots_call c = {INDEXED_BLOCK,
                                .combiner = MPI_COMBINER_INDEXED_BLOCK};
    return lots(&c, newtype, "MPI_Type_create_indexed_block");
}

PROFILE(MPI_Type_create_hindexed_block);
int MPI_Type_create_hindexed_block(int count, int blocklength,
                                   const MPI_Aint array_of_displacements[],
                                   MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct lots_call c = {INDEXED_BLOCK, .is_in_bytes = true,
                                .combiner = MPI_COMBINER_HINDEXED_BLOCK};
    return lots(&c, newtype, "MPI_Type_create_hindexed_block");
}

PROFILE(MPI_Type_create_struct);
int MPI_Type_create_struct(int count, const int array_of_blocklengths[],
                           const MPI_Aint array_of_displacements[],
                           const MPI_Datatype array_of_types[],
                           MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct lots_call c = {STRUCT,
                                .combiner = MPI_COMBINER_STRUCT};
    return lots(&c, newtype, "MPI_Type_create_struct");
}

PROFILE(MPI_Type_indexed_c);
int MPI_Type_indexed_c(MPI_Count count, const MPI_Count array_of_blocklengths[],
                       const MPI_Count array_of_displacements[],
                       MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct lots_call c = {INDEXED,
                                .combiner = MPI_COMBINER_INDEXED,
                                .is_large = true};
    return lots(&c, newtype, "MPI_Type_indexed_c");
}

PROFILE(MPI_Type_create_hindexed_c);
int MPI_Type_create_hindexed_c(MPI_Count count,
                               const MPI_Count array_of_blocklengths[],
                               const MPI_Count array_of_displacements[],
                               MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct lots_call c = {INDEXED, .is_in_bytes = true,
                                .combiner = MPI_COMBINER_HINDEXED,
                                .is_large = true};
    return lots(&c, newtype, "MPI_Type_create_hindexed_c");
}

PROFILE(MPI_Type_create_indexed_block_c);
int MPI_Type_create_indexed_block_c(MPI_Count count, MPI_Count blocklength,
                                    const MPI_Count array_of_displacements[],
                                    MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct lots_call c = {INDEXED_BLOCK,
                                .combiner = MPI_COMBINER_INDEXED_BLOCK,
                                .is_large = true};
    return lots(&c, newtype, "MPI_Type_create_indexed_block_c");
}

PROFILE(MPI_Type_create_hindexed_block_c);
int MPI_Type_create_hindexed_block_c(MPI_Count count, MPI_Count blocklength,
                                     const MPI_Count array_of_displacements[],
                                     MPI_Datatype oldtype,
                                     MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct lots_call c = {INDEXED_BLOCK, .is_in_bytes = true,
                                .combiner = MPI_COMBINER_HINDEXED_BLOCK,
                                .is_large = true};
    return lots(&c, newtype, "MPI_Type_create_hindexed_block_c");
}

PROFILE(MPI_Type_create_struct_c);
int MPI_Type_create_struct_c(MPI_Count count,
                             const MPI_Count array_of_blocklengths[],
                             const MPI_Count array_of_displacements[],
                             const MPI_Datatype array_of_types[],
                             MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    const struct lots_call c = {STRUCT,
                                .combiner = MPI_COMBINER_STRUCT,
                                .is_large = true};
    return lots(&c, newtype, "MPI_Type_create_struct_c");
}

/* ---- one of another ---- */

PROFILE(MPI_Type_dup);
int MPI_Type_dup(MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *old, *t = NULL;
    int err = check_type(oldtype, &old);
    if (err == MPI_SUCCESS)
        err = check_pointer(newtype, "newtype");
    if (err == MPI_SUCCESS)
        err = type_dup(old, &t);
    if (err == MPI_SUCCESS) {
        struct recipe *r = recipe_create(MPI_COMBINER_DUP);
        recipe_add_type(r, old);
        err = type_record(r, t);
    }
    if (err == MPI_SUCCESS) {
        err = attr_copy_all(&old->attrs, oldtype, &t->attrs);
        if (err != MPI_SUCCESS)
            datatype_release(t);
    }
    return type_result(err, t, newtype, "MPI_Type_dup");
}

static int resized(MPI_Datatype oldtype, const MPI_Count bounds[2],
                   enum recipe_list list, MPI_Datatype *newtype,
                   const char *function)
{
    struct mpi_datatype *old, *t = NULL;
    int err = check_type(oldtype, &old);
    if (err == MPI_SUCCESS)
        err = check_pointer(newtype, "newtype");
    if (err == MPI_SUCCESS)
        err = type_resized(old, bounds[0], bounds[1], &t);
    if (err == MPI_SUCCESS) {
        struct recipe *r = recipe_create(MPI_COMBINER_RESIZED);
        recipe_add(r, list, bounds, 2);
        recipe_add_type(r, old);
        err = type_record(r, t);
    }
    return type_result(err, t, newtype, function);
}

PROFILE(MPI_Type_create_resized);
int MPI_Type_create_resized(MPI_Datatype oldtype, MPI_Aint lb, MPI_Aint extent,
                            MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return resized(oldtype, (const MPI_Count[2]){lb, extent}, RECIPE_ADDRESSES,
                   newtype, "MPI_Type_create_resized");
}

PROFILE(MPI_Type_create_resized_c);
int MPI_Type_create_resized_c(MPI_Datatype oldtype, MPI_Count lb,
                              MPI_Count extent, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return resized(oldtype, (const MPI_Count[2]){lb, extent}, RECIPE_COUNTS,
                   newtype, "MPI_Type_create_resized_c");
}
