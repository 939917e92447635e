/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a datatype was made (MPI 5.0, 5.1.13). The types in it are given to the
 * user as copies, which he frees; predefined ones as they are.
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/objects/recipe.h"
#include "runtime/objects/type_create.h"

/* A predefined type has no recipe, but an envelope. */
static const struct recipe named = { .combiner = MPI_COMBINER_NAMED };

static int find_recipe(MPI_Datatype datatype, const struct recipe **out)
{
    struct mpi_datatype *t;
    int err = check_any_type(datatype, &t);
    if (err == MPI_SUCCESS)
        *out = t->recipe ? t->recipe : &named;
    return err;
}

/* The forms with int know no large counts. */
static int check_no_counts(const struct recipe *r)
{
    if (r->n[RECIPE_COUNTS] == 0)
        return MPI_SUCCESS;
    return error_make(MPI_ERR_TYPE, "the datatype was made with large counts; "
                      "use the form of this function that ends in _c");
}

PROFILE(MPI_Type_get_envelope);
int MPI_Type_get_envelope(MPI_Datatype datatype, int *num_integers,
                          int *num_addresses, int *num_datatypes,
                          int *combiner)
{
    LIBRARY_LOCKED;
    const struct recipe *r;
    int err = find_recipe(datatype, &r);
    if (err == MPI_SUCCESS)
        err = check_no_counts(r);
    if (err == MPI_SUCCESS)
        err = check_pointer(num_integers, "num_integers");
    if (err == MPI_SUCCESS)
        err = check_pointer(num_addresses, "num_addresses");
    if (err == MPI_SUCCESS)
        err = check_pointer(num_datatypes, "num_datatypes");
    if (err == MPI_SUCCESS)
        err = check_pointer(combiner, "combiner");
    if (err == MPI_SUCCESS) {
        *num_integers = (int)r->n[RECIPE_INTS];
        *num_addresses = (int)r->n[RECIPE_ADDRESSES];
        *num_datatypes = (int)r->type_count;
        *combiner = r->combiner;
    }
    return api_result(NULL, err, "MPI_Type_get_envelope");
}

PROFILE(MPI_Type_get_envelope_c);
int MPI_Type_get_envelope_c(MPI_Datatype datatype, MPI_Count *num_integers,
                            MPI_Count *num_addresses,
                            MPI_Count *num_large_counts,
                            MPI_Count *num_datatypes, int *combiner)
{
    LIBRARY_LOCKED;
    const struct recipe *r;
    int err = find_recipe(datatype, &r);
    if (err == MPI_SUCCESS)
        err = check_pointer(num_integers, "num_integers");
    if (err == MPI_SUCCESS)
        err = check_pointer(num_addresses, "num_addresses");
    if (err == MPI_SUCCESS)
        err = check_pointer(num_large_counts, "num_large_counts");
    if (err == MPI_SUCCESS)
        err = check_pointer(num_datatypes, "num_datatypes");
    if (err == MPI_SUCCESS)
        err = check_pointer(combiner, "combiner");
    if (err == MPI_SUCCESS) {
        *num_integers = r->n[RECIPE_INTS];
        *num_addresses = r->n[RECIPE_ADDRESSES];
        *num_large_counts = r->n[RECIPE_COUNTS];
        *num_datatypes = r->type_count;
        *combiner = r->combiner;
    }
    return api_result(NULL, err, "MPI_Type_get_envelope_c");
}

/* Where the contents go, and how much room there is. */
struct contents {
    MPI_Count room[RECIPE_LISTS];
    MPI_Count type_room;
    int *ints;
    MPI_Aint *addresses;
    MPI_Count *counts;
    MPI_Datatype *types;
};

static int check_contents(const struct recipe *r, const struct contents *c)
{
    static const char *const names[RECIPE_LISTS] = { "integers", "addresses",
                                                     "large counts" };
    const void *arrays[RECIPE_LISTS] = { c->ints, c->addresses, c->counts };
    if (r->combiner == MPI_COMBINER_NAMED)
        return error_make(MPI_ERR_TYPE, "a predefined datatype has no contents");
    for (int list = 0; list < RECIPE_LISTS; list++) {
        if (c->room[list] < r->n[list])
            return error_make(MPI_ERR_ARG, "room for %lld of %lld %s",
                              (long long)c->room[list],
                              (long long)r->n[list], names[list]);
        if (r->n[list] > 0 && !arrays[list])
            return check_pointer_failed(names[list]);
    }
    if (c->type_room < r->type_count)
        return error_make(MPI_ERR_ARG, "room for %lld of %lld datatypes",
                          (long long)c->type_room, (long long)r->type_count);
    return r->type_count > 0 ? check_pointer(c->types, "array_of_datatypes")
                             : MPI_SUCCESS;
}

static int give_type(const struct mpi_datatype *t, MPI_Datatype *out)
{
    struct mpi_datatype *copy;
    if (t->is_predefined) {
        *out = datatype_handle(t);
        return MPI_SUCCESS;
    }
    int err = type_dup(t, &copy);
    if (err != MPI_SUCCESS)
        return err;
    err = handle_add(&copy->object);
    if (err == MPI_SUCCESS)
        *out = datatype_handle(copy);
    else
        datatype_release(copy);
    return err;
}

static int give_contents(const struct recipe *r, const struct contents *c)
{
    for (MPI_Count i = 0; i < r->n[RECIPE_INTS]; i++)
        c->ints[i] = (int)r->values[RECIPE_INTS][i];
    for (MPI_Count i = 0; i < r->n[RECIPE_ADDRESSES]; i++)
        c->addresses[i] = (MPI_Aint)r->values[RECIPE_ADDRESSES][i];
    for (MPI_Count i = 0; i < r->n[RECIPE_COUNTS]; i++)
        c->counts[i] = r->values[RECIPE_COUNTS][i];
    int err = MPI_SUCCESS;
    for (MPI_Count i = 0; i < r->type_count && err == MPI_SUCCESS; i++)
        err = give_type(r->types[i], &c->types[i]);
    return err;
}

PROFILE(MPI_Type_get_contents);
int MPI_Type_get_contents(MPI_Datatype datatype, int max_integers,
                          int max_addresses, int max_datatypes,
                          int array_of_integers[],
                          MPI_Aint array_of_addresses[],
                          MPI_Datatype array_of_datatypes[])
{
    LIBRARY_LOCKED;
    const struct contents c = {
        .room = { max_integers, max_addresses, 0 },
        .type_room = max_datatypes, .ints = array_of_integers,
        .addresses = array_of_addresses, .types = array_of_datatypes,
    };
    const struct recipe *r;
    int err = find_recipe(datatype, &r);
    if (err == MPI_SUCCESS)
        err = check_no_counts(r);
    if (err == MPI_SUCCESS)
        err = check_contents(r, &c);
    if (err == MPI_SUCCESS)
        err = give_contents(r, &c);
    return api_result(NULL, err, "MPI_Type_get_contents");
}

PROFILE(MPI_Type_get_contents_c);
int MPI_Type_get_contents_c(MPI_Datatype datatype, MPI_Count max_integers,
                            MPI_Count max_addresses, MPI_Count max_large_counts,
                            MPI_Count max_datatypes, int array_of_integers[],
                            MPI_Aint array_of_addresses[],
                            MPI_Count array_of_large_counts[],
                            MPI_Datatype array_of_datatypes[])
{
    LIBRARY_LOCKED;
    const struct contents c = {
        .room = { max_integers, max_addresses, max_large_counts },
        .type_room = max_datatypes, .ints = array_of_integers,
        .addresses = array_of_addresses, .counts = array_of_large_counts,
        .types = array_of_datatypes,
    };
    const struct recipe *r;
    int err = find_recipe(datatype, &r);
    if (err == MPI_SUCCESS)
        err = check_contents(r, &c);
    if (err == MPI_SUCCESS)
        err = give_contents(r, &c);
    return api_result(NULL, err, "MPI_Type_get_contents_c");
}
