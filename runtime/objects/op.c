/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reduction operations: predefined ones choose a kernel by the type's
 * representation, a user's is called with the type's public handle.
 */
#include "runtime/objects/op.h"

#include <limits.h>
#include <stdlib.h>

#include "runtime/base/error.h"
#include "runtime/base/platform.h"
#include "runtime/objects/op_kernels.h"

#define PREDEFINED(constant, op_code)                                          \
    {.object = {.kind = KIND_OP, .references = 1,                              \
                .handle = (uintptr_t)(constant)},                              \
     .code = (op_code), .is_commutative = true, .name = #constant}

static struct mpi_op predefined[] = {
    PREDEFINED(MPI_SUM, OP_SUM),         PREDEFINED(MPI_MIN, OP_MIN),
    PREDEFINED(MPI_MAX, OP_MAX),         PREDEFINED(MPI_PROD, OP_PROD),
    PREDEFINED(MPI_BAND, OP_BAND),       PREDEFINED(MPI_BOR, OP_BOR),
    PREDEFINED(MPI_BXOR, OP_BXOR),       PREDEFINED(MPI_LAND, OP_LAND),
    PREDEFINED(MPI_LOR, OP_LOR),         PREDEFINED(MPI_LXOR, OP_LXOR),
    PREDEFINED(MPI_MINLOC, OP_MINLOC),   PREDEFINED(MPI_MAXLOC, OP_MAXLOC),
    PREDEFINED(MPI_REPLACE, OP_REPLACE), PREDEFINED(MPI_NO_OP, OP_NO_OP),
};

int op_init_predefined(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(predefined); i++) {
        struct object *o = &predefined[i].object;
        int err = handle_add_predefined(o, o->handle);
        if (err != MPI_SUCCESS)
            return err;
    }
    /* It takes the operands in order, only the last one stays. */
    op_find(MPI_REPLACE)->is_commutative = false;
    op_find(MPI_NO_OP)->is_commutative = false;
    return MPI_SUCCESS;
}

void op_fini_predefined(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(predefined); i++) {
        struct object *o = &predefined[i].object;
        uintptr_t value = o->handle;
        handle_remove(o);
        o->handle = value;
    }
}

int op_create(bool is_commutative, struct mpi_op **out)
{
    struct mpi_op *op = calloc(1, sizeof *op);
    if (!op)
        return MPI_ERR_NO_MEM;
    op->object.kind = KIND_OP;
    op->object.references = 1;
    op->code = OP_USER;
    op->is_commutative = is_commutative;
    *out = op;
    return MPI_SUCCESS;
}

void op_retain(struct mpi_op *op)
{
    op->object.references++;
}

void op_release(struct mpi_op *op)
{
    if (--op->object.references > 0 || op->code != OP_USER)
        return;
    handle_remove(&op->object);
    free(op);
}

void op_free(struct mpi_op *op)
{
    op->is_freed = true;
    op_release(op);
}

int op_refuse(const struct mpi_op *op, const struct mpi_datatype *type)
{
    if (op->code == OP_REPLACE || op->code == OP_NO_OP)
        return error_make(MPI_ERR_OP, "%s is for one-sided communication only",
                          op->name);
    if (!type->is_predefined)
        return error_make(MPI_ERR_OP,
                          "%s is not defined for derived datatypes: use a "
                          "predefined datatype, or MPI_Op_create",
                          op->name);
    return error_make(MPI_ERR_OP, "%s is not defined for %s", op->name,
                      datatype_name(type));
}

/* The callback of the int form sees at most INT_MAX elements at a time. */
static void reduce_user(const struct mpi_op *op, const char *in, char *inout,
                        MPI_Count count, const struct mpi_datatype *type)
{
    MPI_Datatype handle = datatype_handle(type);
    if (op->user_c) {
        op->user_c((void *)in, inout, &count, &handle);
        return;
    }
    while (count > 0) {
        int n = count < INT_MAX ? (int)count : INT_MAX;
        op->user((void *)in, inout, &n, &handle);
        in += n * type->extent;
        inout += n * type->extent;
        count -= n;
    }
}

void op_reduce(const struct mpi_op *op, const void *in, void *inout,
               MPI_Count count, const struct mpi_datatype *type)
{
    if (op->code == OP_USER)
        reduce_user(op, in, inout, count, type);
    else
        op_kernels[op->code][type->element](in, inout, (size_t)count);
}
