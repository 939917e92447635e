/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attributes of communicators and datatypes (MPI 5.0, 7.7), those that the
 * standard predefines among them (9.1.2, 11.2.1).
 */
#include "runtime/api/api.h"

#include <limits.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/objects/attr.h"
#include "runtime/objects/error_user.h"

/* ---- keyvals ---- */

static int create_keyval(enum kind of, const int *number, void *extra_state,
                         struct keyval **out)
{
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(number, "keyval");
    if (err == MPI_SUCCESS)
        err = keyval_create(of, extra_state, out);
    return err;
}

PROFILE(MPI_Comm_create_keyval);
int MPI_Comm_create_keyval(MPI_Comm_copy_attr_function *comm_copy_attr_fn,
                           MPI_Comm_delete_attr_function *comm_delete_attr_fn,
                           int *comm_keyval, void *extra_state)
{
    LIBRARY_LOCKED;
    struct keyval *k;
    int err = create_keyval(KIND_COMM, comm_keyval, extra_state, &k);
    if (err == MPI_SUCCESS) {
        k->copy.comm = comm_copy_attr_fn;
        k->remove.comm = comm_delete_attr_fn;
        *comm_keyval = keyval_number(k);
    }
    return api_result(NULL, err, "MPI_Comm_create_keyval");
}

PROFILE(MPI_Type_create_keyval);
int MPI_Type_create_keyval(MPI_Type_copy_attr_function *type_copy_attr_fn,
                           MPI_Type_delete_attr_function *type_delete_attr_fn,
                           int *type_keyval, void *extra_state)
{
    LIBRARY_LOCKED;
    struct keyval *k;
    int err = create_keyval(KIND_DATATYPE, type_keyval, extra_state, &k);
    if (err == MPI_SUCCESS) {
        k->copy.type = type_copy_attr_fn;
        k->remove.type = type_delete_attr_fn;
        *type_keyval = keyval_number(k);
    }
    return api_result(NULL, err, "MPI_Type_create_keyval");
}

static int check_keyval(int number, enum kind of, struct keyval **out)
{
    *out = keyval_find(number, of);
    if (*out)
        return MPI_SUCCESS;
    if (number >= MPI_TAG_UB && number <= MPI_UNIVERSE_SIZE)
        return error_make(MPI_ERR_KEYVAL, "keyval %d is predefined: its value "
                          "cannot be changed", number);
    if (number == MPI_KEYVAL_INVALID)
        return error_make(MPI_ERR_KEYVAL, "MPI_KEYVAL_INVALID is not a keyval");
    return error_make(MPI_ERR_KEYVAL, "%d is not a keyval of %s", number,
                      of == KIND_COMM ? "communicators" : "datatypes");
}

static int free_keyval(int *number, enum kind of, const char *function)
{
    struct keyval *k;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(number, "keyval");
    if (err == MPI_SUCCESS)
        err = check_keyval(*number, of, &k);
    if (err == MPI_SUCCESS) {
        if (!k->is_freed) /* a copy of the number may be freed once more */
            keyval_free(k);
        *number = MPI_KEYVAL_INVALID;
    }
    return api_result(NULL, err, function);
}

PROFILE(MPI_Comm_free_keyval);
int MPI_Comm_free_keyval(int *comm_keyval)
{
    LIBRARY_LOCKED;
    return free_keyval(comm_keyval, KIND_COMM, "MPI_Comm_free_keyval");
}

PROFILE(MPI_Type_free_keyval);
int MPI_Type_free_keyval(int *type_keyval)
{
    LIBRARY_LOCKED;
    return free_keyval(type_keyval, KIND_DATATYPE, "MPI_Type_free_keyval");
}

/* ---- values ---- */

/* A value to set needs a keyval that the user still has. */
static int check_own_keyval(int number, enum kind of, struct keyval **out)
{
    int err = check_keyval(number, of, out);
    if (err == MPI_SUCCESS && (*out)->is_freed)
        err = error_make(MPI_ERR_KEYVAL, "keyval %d was freed", number);
    return err;
}

PROFILE(MPI_Comm_set_attr);
int MPI_Comm_set_attr(MPI_Comm comm, int comm_keyval, void *attribute_val)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c;
    struct keyval *k;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_own_keyval(comm_keyval, KIND_COMM, &k);
    if (err == MPI_SUCCESS)
        err = attr_set(&c->attrs, k, attribute_val, comm);
    return api_result(c, err, "MPI_Comm_set_attr");
}

PROFILE(MPI_Comm_delete_attr);
int MPI_Comm_delete_attr(MPI_Comm comm, int comm_keyval)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c;
    struct keyval *k;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_keyval(comm_keyval, KIND_COMM, &k);
    if (err == MPI_SUCCESS)
        err = attr_delete(&c->attrs, k, comm);
    return api_result(c, err, "MPI_Comm_delete_attr");
}

/* The user gets the address of an int. */
static int *predefined_value(int number)
{
    static int tag_ub = INT_MAX, host = MPI_PROC_NULL, io = MPI_ANY_SOURCE;
    static int wtime_is_global = 0, appnum = 0, last_used_code, universe_size;
    switch (number) {
    case MPI_TAG_UB:
        return &tag_ub;
    case MPI_HOST:
        return &host;
    case MPI_IO:
        return &io;
    case MPI_WTIME_IS_GLOBAL:
        return &wtime_is_global;
    case MPI_APPNUM:
        return &appnum;
    case MPI_LASTUSEDCODE:
        last_used_code = error_user_last();
        return &last_used_code;
    case MPI_UNIVERSE_SIZE:
        universe_size = library.process->world_count;
        return &universe_size;
    default:
        return NULL;
    }
}

/* The checks that both kinds of get share. */
static int check_places(const void *attribute_val, const int *flag)
{
    int err = check_pointer(attribute_val, "attribute_val");
    return err == MPI_SUCCESS ? check_pointer(flag, "flag") : err;
}

PROFILE(MPI_Comm_get_attr);
int MPI_Comm_get_attr(MPI_Comm comm, int comm_keyval, void *attribute_val,
                      int *flag)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c;
    struct keyval *k;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_places(attribute_val, flag);
    if (err != MPI_SUCCESS)
        return api_raise(c, err, "MPI_Comm_get_attr");
    int *predefined = predefined_value(comm_keyval);
    if (predefined) {
        *flag = 1;
        *(void **)attribute_val = predefined;
        return MPI_SUCCESS;
    }
    err = check_keyval(comm_keyval, KIND_COMM, &k);
    if (err == MPI_SUCCESS)
        *flag = attr_get(&c->attrs, k, attribute_val);
    return api_result(c, err, "MPI_Comm_get_attr");
}

PROFILE(MPI_Type_set_attr);
int MPI_Type_set_attr(MPI_Datatype datatype, int type_keyval,
                      void *attribute_val)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    struct keyval *k;
    int err = check_type(datatype, &t);
    if (err == MPI_SUCCESS)
        err = check_own_keyval(type_keyval, KIND_DATATYPE, &k);
    if (err == MPI_SUCCESS)
        err = attr_set(&t->attrs, k, attribute_val, datatype);
    return api_result(NULL, err, "MPI_Type_set_attr");
}

PROFILE(MPI_Type_delete_attr);
int MPI_Type_delete_attr(MPI_Datatype datatype, int type_keyval)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    struct keyval *k;
    int err = check_any_type(datatype, &t);
    if (err == MPI_SUCCESS)
        err = check_keyval(type_keyval, KIND_DATATYPE, &k);
    if (err == MPI_SUCCESS)
        err = attr_delete(&t->attrs, k, datatype);
    return api_result(NULL, err, "MPI_Type_delete_attr");
}

PROFILE(MPI_Type_get_attr);
int MPI_Type_get_attr(MPI_Datatype datatype, int type_keyval,
                      void *attribute_val, int *flag)
{
    LIBRARY_LOCKED;
    struct mpi_datatype *t;
    struct keyval *k;
    int err = check_any_type(datatype, &t);
    if (err == MPI_SUCCESS)
        err = check_places(attribute_val, flag);
    if (err == MPI_SUCCESS)
        err = check_keyval(type_keyval, KIND_DATATYPE, &k);
    if (err == MPI_SUCCESS)
        *flag = attr_get(&t->attrs, k, attribute_val);
    return api_result(NULL, err, "MPI_Type_get_attr");
}
