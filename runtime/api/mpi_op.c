/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reduction operations (MPI 5.0, 6.9.5 and 6.9.7).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/objects/op.h"

/* Check and make an operation; the caller sets the function. */
static int create(int has_function, int commute, struct mpi_op **out,
                  MPI_Op *handle)
{
    int err = check_initialized();
    if (err == MPI_SUCCESS && !has_function)
        err = error_make(MPI_ERR_ARG, "the function is a null pointer");
    if (err == MPI_SUCCESS)
        err = check_pointer(handle, "op");
    if (err == MPI_SUCCESS)
        err = op_create(commute != 0, out);
    if (err != MPI_SUCCESS)
        return err;
    err = handle_add(&(*out)->object);
    if (err == MPI_SUCCESS)
        *handle = op_handle(*out);
    else
        op_release(*out);
    return err;
}

PROFILE(MPI_Op_create);
int MPI_Op_create(MPI_User_function *user_fn, int commute, MPI_Op *op)
{
    LIBRARY_LOCKED;
    struct mpi_op *o;
    int err = create(user_fn != NULL, commute, &o, op);
    if (err == MPI_SUCCESS)
        o->user = user_fn;
    return api_result(NULL, err, "MPI_Op_create");
}

PROFILE(MPI_Op_create_c);
int MPI_Op_create_c(MPI_User_function_c *user_fn, int commute, MPI_Op *op)
{
    LIBRARY_LOCKED;
    struct mpi_op *o;
    int err = create(user_fn != NULL, commute, &o, op);
    if (err == MPI_SUCCESS)
        o->user_c = user_fn;
    return api_result(NULL, err, "MPI_Op_create_c");
}

PROFILE(MPI_Op_free);
int MPI_Op_free(MPI_Op *op)
{
    LIBRARY_LOCKED;
    struct mpi_op *o;
    int err = check_pointer(op, "op");
    if (err == MPI_SUCCESS)
        err = check_any_op(*op, &o);
    if (err == MPI_SUCCESS && o->code != OP_USER)
        err = error_make(MPI_ERR_OP, "%s is predefined and cannot be freed",
                         o->name);
    if (err == MPI_SUCCESS) {
        op_free(o);
        *op = MPI_OP_NULL;
    }
    return api_result(NULL, err, "MPI_Op_free");
}

PROFILE(MPI_Op_commutative);
int MPI_Op_commutative(MPI_Op op, int *commute)
{
    LIBRARY_LOCKED;
    struct mpi_op *o;
    int err = check_any_op(op, &o);
    if (err == MPI_SUCCESS)
        err = check_pointer(commute, "commute");
    if (err == MPI_SUCCESS)
        *commute = o->is_commutative;
    return api_result(NULL, err, "MPI_Op_commutative");
}

/* Two buffers of count elements and what combines them. */
struct local_call {
    const void *in;
    void *inout;
    MPI_Count count;
    MPI_Datatype datatype;
    MPI_Op op;
};

static int reduce_local(const struct local_call *c, const char *function)
{
    struct mpi_datatype *type;
    struct mpi_op *op;
    int err = check_count(c->count);
    if (err == MPI_SUCCESS)
        err = check_committed(c->datatype, &type);
    if (err == MPI_SUCCESS)
        err = check_op(c->op, type, &op);
    if (err == MPI_SUCCESS)
        err = check_buffer(c->in, c->count, type);
    if (err == MPI_SUCCESS)
        err = check_buffer(c->inout, c->count, type);
    if (err == MPI_SUCCESS && c->count > 0 && type->size > 0)
        err = check_distinct(c->in, type, c->inout, type);
    if (err == MPI_SUCCESS)
        op_reduce(op, c->in, c->inout, c->count, type);
    return api_result(NULL, err, function);
}

PROFILE(MPI_Reduce_local);
int MPI_Reduce_local(const void *inbuf, void *inoutbuf, int count,
                     MPI_Datatype datatype, MPI_Op op)
{
    LIBRARY_LOCKED;
    return reduce_local(
        &(struct local_call){inbuf, inoutbuf, count, datatype, op},
        "MPI_Reduce_local");
}

PROFILE(MPI_Reduce_local_c);
int MPI_Reduce_local_c(const void *inbuf, void *inoutbuf, MPI_Count count,
                       MPI_Datatype datatype, MPI_Op op)
{
    LIBRARY_LOCKED;
    return reduce_local(
        &(struct local_call){inbuf, inoutbuf, count, datatype, op},
        "MPI_Reduce_local_c");
}

PROFILE(MPI_Op_toint);
int MPI_Op_toint(MPI_Op op)
{
    return (int)(uintptr_t)op;
}

PROFILE(MPI_Op_fromint);
MPI_Op MPI_Op_fromint(int op)
{
    return (MPI_Op)(uintptr_t)(unsigned)op;
}
