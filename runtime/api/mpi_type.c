/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a datatype is: size, extents, commit, free (MPI 5.0, 5.1). The
 * constructors are in mpi_type_create.c.
 */
#include "runtime/api/api.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/objects/attr.h"
#include "runtime/objects/datatype.h"

/* The size; MPI_UNDEFINED for a type this machine has not. */
static int size_of(MPI_Datatype datatype, const void *out, MPI_Count *size)
{
    struct mpi_datatype *t;
    int err = check_any_type(datatype, &t);
    if (err == MPI_SUCCESS)
        err = check_pointer(out, "size");
    if (err == MPI_SUCCESS)
        *size = t->is_supported ? (MPI_Count)t->size : MPI_UNDEFINED;
    return err;
}

PROFILE(MPI_Type_size);
int MPI_Type_size(MPI_Datatype datatype, int *size)
{
    LIBRARY_LOCKED;
    MPI_Count n;
    int err = size_of(datatype, size, &n);
    if (err == MPI_SUCCESS)
        *size = n > INT_MAX ? MPI_UNDEFINED : (int)n;
    return api_result(NULL, err, "MPI_Type_size");
}

PROFILE(MPI_Type_size_c);
int MPI_Type_size_c(MPI_Datatype datatype, MPI_Count *size)
{
    LIBRARY_LOCKED;
    MPI_Count n;
    int err = size_of(datatype, size, &n);
    if (err == MPI_SUCCESS)
        *size = n;
    return api_result(NULL, err, "MPI_Type_size_c");
}

/* Of a datatype, with its place for the user's results checked. */
static int bounds_of(MPI_Datatype datatype, const void *lb, const void *extent,
                     struct mpi_datatype **out)
{
    int err = check_any_type(datatype, out);
    if (err == MPI_SUCCESS)
        err = check_pointer(lb, "lb");
    if (err == MPI_SUCCESS)
        err = check_pointer(extent, "extent");
    return err;
}

PROFILE(MPI_Type_get_extent);
int MPI_Type_get_extent(MPI_Datatype datatype, MPI_Aint *lb, MPI_Aint *extent)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    int err = bounds_of(datatype, lb, extent, &t);
    if (err == MPI_SUCCESS) {
        *lb = t->is_supported ? t->lb : MPI_UNDEFINED;
        *extent = t->is_supported ? t->extent : MPI_UNDEFINED;
    }
    return api_result(NULL, err, "MPI_Type_get_extent");
}

PROFILE(MPI_Type_get_extent_c);
int MPI_Type_get_extent_c(MPI_Datatype datatype, MPI_Count *lb,
                          MPI_Count *extent)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    int err = bounds_of(datatype, lb, extent, &t);
    if (err == MPI_SUCCESS) {
        *lb = t->is_supported ? t->lb : MPI_UNDEFINED;
        *extent = t->is_supported ? t->extent : MPI_UNDEFINED;
    }
    return api_result(NULL, err, "MPI_Type_get_extent_c");
}

PROFILE(MPI_Type_get_true_extent);
int MPI_Type_get_true_extent(MPI_Datatype datatype, MPI_Aint *true_lb,
                             MPI_Aint *true_extent)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    int err = bounds_of(datatype, true_lb, true_extent, &t);
    if (err == MPI_SUCCESS) {
        *true_lb = t->is_supported ? t->true_lb : MPI_UNDEFINED;
        *true_extent = t->is_supported ? t->true_extent : MPI_UNDEFINED;
    }
    return api_result(NULL, err, "MPI_Type_get_true_extent");
}

PROFILE(MPI_Type_get_true_extent_c);
int MPI_Type_get_true_extent_c(MPI_Datatype datatype, MPI_Count *true_lb,
                               MPI_Count *true_extent)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    int err = bounds_of(datatype, true_lb, true_extent, &t);
    if (err == MPI_SUCCESS) {
        *true_lb = t->is_supported ? t->true_lb : MPI_UNDEFINED;
        *true_extent = t->is_supported ? t->true_extent : MPI_UNDEFINED;
    }
    return api_result(NULL, err, "MPI_Type_get_true_extent_c");
}

/* The _x forms are those with MPI_Count of before there were _c forms. */
PROFILE(MPI_Type_size_x);
int MPI_Type_size_x(MPI_Datatype datatype, MPI_Count *size)
{
    LIBRARY_LOCKED;
    MPI_Count n;
    int err = size_of(datatype, size, &n);
    if (err == MPI_SUCCESS)
        *size = n;
    return api_result(NULL, err, "MPI_Type_size_x");
}

PROFILE(MPI_Type_get_extent_x);
int MPI_Type_get_extent_x(MPI_Datatype datatype, MPI_Count *lb,
                          MPI_Count *extent)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    int err = bounds_of(datatype, lb, extent, &t);
    if (err == MPI_SUCCESS) {
        *lb = t->is_supported ? t->lb : MPI_UNDEFINED;
        *extent = t->is_supported ? t->extent : MPI_UNDEFINED;
    }
    return api_result(NULL, err, "MPI_Type_get_extent_x");
}

PROFILE(MPI_Type_get_true_extent_x);
int MPI_Type_get_true_extent_x(MPI_Datatype datatype, MPI_Count *true_lb,
                               MPI_Count *true_extent)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    int err = bounds_of(datatype, true_lb, true_extent, &t);
    if (err == MPI_SUCCESS) {
        *true_lb = t->is_supported ? t->true_lb : MPI_UNDEFINED;
        *true_extent = t->is_supported ? t->true_extent : MPI_UNDEFINED;
    }
    return api_result(NULL, err, "MPI_Type_get_true_extent_x");
}

PROFILE(MPI_Type_commit);
int MPI_Type_commit(MPI_Datatype *datatype)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    int err = check_pointer(datatype, "datatype");
    if (err == MPI_SUCCESS)
        err = check_type(*datatype, &t);
    if (err == MPI_SUCCESS)
        t->is_committed = true;
    return api_result(NULL, err, "MPI_Type_commit");
}

PROFILE(MPI_Type_free);
int MPI_Type_free(MPI_Datatype *datatype)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    int err = check_pointer(datatype, "datatype");
    if (err == MPI_SUCCESS)
        err = check_type(*datatype, &t);
    if (err == MPI_SUCCESS && t->is_predefined)
        err = error_make(MPI_ERR_TYPE, "%s is predefined and cannot be freed",
                         datatype_name(t));
    if (err == MPI_SUCCESS)
        err = attr_delete_all(&t->attrs, *datatype);
    if (err == MPI_SUCCESS) {
        datatype_free(t);
        *datatype = MPI_DATATYPE_NULL;
    }
    return api_result(NULL, err, "MPI_Type_free");
}

PROFILE(MPI_Type_set_name);
int MPI_Type_set_name(MPI_Datatype datatype, const char *type_name)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    char *copy = NULL;
    int err = check_any_type(datatype, &t);
    if (err == MPI_SUCCESS)
        err = check_pointer(type_name, "type_name");
    if (err == MPI_SUCCESS) {
        copy = strndup(type_name, MPI_MAX_OBJECT_NAME - 1);
        err = copy ? MPI_SUCCESS : MPI_ERR_NO_MEM;
    }
    if (err == MPI_SUCCESS) {
        free(t->given_name);
        t->given_name = copy;
    }
    return api_result(NULL, err, "MPI_Type_set_name");
}

PROFILE(MPI_Type_get_name);
int MPI_Type_get_name(MPI_Datatype datatype, char *type_name, int *resultlen)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t = NULL;
    int err = check_initialized();
    if (err == MPI_SUCCESS && datatype != MPI_DATATYPE_NULL)
        err = check_any_type(datatype, &t);
    if (err == MPI_SUCCESS)
        err = check_pointer(type_name, "type_name");
    if (err == MPI_SUCCESS)
        err = check_pointer(resultlen, "resultlen");
    if (err == MPI_SUCCESS) {
        const char *own = t ? t->name : "MPI_DATATYPE_NULL";
        const char *name = t && t->given_name ? t->given_name : own;
        *resultlen = snprintf(type_name, MPI_MAX_OBJECT_NAME, "%s",
                              name ? name : "");
    }
    return api_result(NULL, err, "MPI_Type_get_name");
}

PROFILE(MPI_Type_toint);
int MPI_Type_toint(MPI_Datatype datatype)
{
    return (int)(uintptr_t)datatype;
}

PROFILE(MPI_Type_fromint);
MPI_Datatype MPI_Type_fromint(int datatype)
{
    return (MPI_Datatype)(uintptr_t)(unsigned)datatype;
}
