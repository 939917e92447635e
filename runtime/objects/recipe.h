/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a datatype was made, for MPI_Type_get_envelope and _get_contents: the
 * constructor and its arguments, in the order of the standard (MPI 5.0,
 * 5.1.13). Constant once made; shared by reference with copies of the type.
 */
#ifndef OBJECTS_RECIPE_H
#define OBJECTS_RECIPE_H

#include <stdbool.h>

#include <mpi.h>

struct mpi_datatype;

/* Arguments are kept apart by their C type. */
enum recipe_list { RECIPE_INTS, RECIPE_ADDRESSES, RECIPE_COUNTS, RECIPE_LISTS };

struct recipe {
    int references;
    int combiner;
    bool is_failed; /* memory was out while it was made */
    MPI_Count n[RECIPE_LISTS];
    MPI_Count *values[RECIPE_LISTS];
    MPI_Count type_count;
    struct mpi_datatype **types; /* one reference each */
};

/* An empty recipe, or NULL when memory is out; the adding functions then do
 * nothing. */
struct recipe *recipe_create(int combiner);

/* Append n arguments, or one. */
void recipe_add(struct recipe *r, enum recipe_list list,
                const MPI_Count *values, MPI_Count n);
void recipe_add_one(struct recipe *r, enum recipe_list list, MPI_Count value);
void recipe_add_type(struct recipe *r, struct mpi_datatype *type);

/* Give the finished recipe to the type. Errors: MPI_ERR_NO_MEM */
int recipe_finish(struct recipe *r, struct mpi_datatype *type);

void recipe_retain(struct recipe *r);

/* Harmless on NULL. */
void recipe_release(struct recipe *r);

#endif
