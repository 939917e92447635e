/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Datatypes for Fortran kinds with a given precision and range (MPI 5.0,
 * 19.1.5). They are predefined: made once for each pair of arguments, without a
 * name, committed, never freed. A reduction takes them like the type of the
 * same size.
 */
#include "runtime/api/api.h"

#include <stdio.h>
#include <stdlib.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/objects/recipe.h"

/* Decimal digits and decimal exponent that a type can hold. */
struct kind_of_number {
    int combiner;
    int precision; /* 0: integers have none */
    int range;
    MPI_Datatype type;
};

static const struct kind_of_number kinds[] = {
    { MPI_COMBINER_F90_REAL, 6, 37, MPI_REAL4 },
    { MPI_COMBINER_F90_REAL, 15, 307, MPI_REAL8 },
    { MPI_COMBINER_F90_REAL, 33, 4931, MPI_REAL16 },
    { MPI_COMBINER_F90_COMPLEX, 6, 37, MPI_COMPLEX8 },
    { MPI_COMBINER_F90_COMPLEX, 15, 307, MPI_COMPLEX16 },
    { MPI_COMBINER_F90_COMPLEX, 33, 4931, MPI_COMPLEX32 },
    { MPI_COMBINER_F90_INTEGER, 0, 2, MPI_INTEGER1 },
    { MPI_COMBINER_F90_INTEGER, 0, 4, MPI_INTEGER2 },
    { MPI_COMBINER_F90_INTEGER, 0, 9, MPI_INTEGER4 },
    { MPI_COMBINER_F90_INTEGER, 0, 18, MPI_INTEGER8 },
    { MPI_COMBINER_F90_INTEGER, 0, 38, MPI_INTEGER16 },
};

/* What a user asked for. */
struct wish {
    int combiner;
    int precision; /* MPI_UNDEFINED: any */
    int range;
};

/* One that was made, for those who ask again. */
struct made {
    struct made *next;
    struct wish wish;
    struct mpi_datatype *type;
};

static struct made *all_made;

static const struct mpi_datatype *find_base(const struct wish *w)
{
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        const struct kind_of_number *k = &kinds[i];
        const struct mpi_datatype *t = datatype_find(k->type);
        if (k->combiner == w->combiner && t && t->is_supported &&
            (w->precision == MPI_UNDEFINED || k->precision >= w->precision) &&
            (w->range == MPI_UNDEFINED || k->range >= w->range))
            return t;
    }
    return NULL;
}

static int refuse(const struct wish *w)
{
    char precision[32] = "", range[32] = "";
    if (w->precision != MPI_UNDEFINED)
        snprintf(precision, sizeof precision, ", %d digits", w->precision);
    if (w->range != MPI_UNDEFINED)
        snprintf(range, sizeof range, ", range %d", w->range);
    return error_make(MPI_ERR_ARG, "no datatype is that large%s%s", precision,
                      range);
}

static int make(const struct wish *w, struct mpi_datatype **out)
{
    const struct mpi_datatype *base = find_base(w);
    struct mpi_datatype *type;
    if (!base)
        return refuse(w);
    struct recipe *r = recipe_create(w->combiner);
    if (w->combiner != MPI_COMBINER_F90_INTEGER)
        recipe_add_one(r, RECIPE_INTS, w->precision);
    recipe_add_one(r, RECIPE_INTS, w->range);
    struct made *made = malloc(sizeof *made);
    int err = made ? datatype_alias(base, &type) : MPI_ERR_NO_MEM;
    if (err != MPI_SUCCESS) {
        recipe_release(r);
        free(made);
        return err;
    }
    err = recipe_finish(r, type);
    if (err != MPI_SUCCESS) {
        handle_remove(&type->object);
        free(type);
        free(made);
        return err;
    }
    *made = (struct made){ all_made, *w, type };
    all_made = made;
    *out = type;
    return MPI_SUCCESS;
}

static int create(const struct wish *w, MPI_Datatype *newtype,
                  const char *function)
{
    struct mpi_datatype *type = NULL;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(newtype, "newtype");
    if (err == MPI_SUCCESS && w->precision == MPI_UNDEFINED &&
        w->range == MPI_UNDEFINED)
        err = error_make(MPI_ERR_ARG, "neither precision nor range is given");
    for (const struct made *m = all_made; m && err == MPI_SUCCESS && !type;
         m = m->next)
        if (m->wish.combiner == w->combiner &&
            m->wish.precision == w->precision && m->wish.range == w->range)
            type = m->type;
    if (err == MPI_SUCCESS && !type)
        err = make(w, &type);
    if (err == MPI_SUCCESS)
        *newtype = datatype_handle(type);
    return api_result(NULL, err, function);
}

PROFILE(MPI_Type_create_f90_real);
int MPI_Type_create_f90_real(int p, int r, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return create(&(struct wish){ MPI_COMBINER_F90_REAL, p, r }, newtype,
                  "MPI_Type_create_f90_real");
}

PROFILE(MPI_Type_create_f90_complex);
int MPI_Type_create_f90_complex(int p, int r, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return create(&(struct wish){ MPI_COMBINER_F90_COMPLEX, p, r }, newtype,
                  "MPI_Type_create_f90_complex");
}

PROFILE(MPI_Type_create_f90_integer);
int MPI_Type_create_f90_integer(int r, MPI_Datatype *newtype)
{
    LIBRARY_LOCKED;
    return create(&(struct wish){ MPI_COMBINER_F90_INTEGER, MPI_UNDEFINED, r },
                  newtype, "MPI_Type_create_f90_integer");
}
