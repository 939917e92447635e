/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Op: a reduction of two buffers.
 */
#ifndef OBJECTS_OP_H
#define OBJECTS_OP_H

#include <stdbool.h>

#include <mpi.h>

#include "runtime/objects/datatype.h"

enum op_code {
    OP_USER,
    OP_SUM,
    OP_MIN,
    OP_MAX,
    OP_PROD,
    OP_BAND,
    OP_BOR,
    OP_BXOR,
    OP_LAND,
    OP_LOR,
    OP_LXOR,
    OP_MINLOC,
    OP_MAXLOC,
    OP_REPLACE, /* these two are for one-sided communication only */
    OP_NO_OP,
    OP_CODES
};

struct mpi_op {
    struct object object;
    enum op_code code;
    bool is_commutative;
    bool is_freed;    /* by the user; operations may still hold it */
    const char *name; /* of a predefined operation, else NULL */
    /* A user's operation has one of the two. */
    MPI_User_function *user;
    MPI_User_function_c *user_c;
};

static inline struct mpi_op *op_find(MPI_Op handle)
{
    return (struct mpi_op *)handle_find(handle, KIND_OP);
}

static inline MPI_Op op_handle(const struct mpi_op *op)
{
    return (MPI_Op)op->object.handle;
}

/* Put the predefined operations into the handle table. */
int op_init_predefined(void);
void op_fini_predefined(void);

/* A user's operation, one reference, no handle; the caller sets user or
 * user_c. Errors: MPI_ERR_NO_MEM */
int op_create(bool is_commutative, struct mpi_op **out);

void op_retain(struct mpi_op *op);

/* Drop a reference; the last one takes the handle away and frees. A
 * predefined operation is never freed. */
void op_release(struct mpi_op *op);

/* The user gives the operation up: no new reduction may use it. */
void op_free(struct mpi_op *op);

/* op_check's answer when it is no. */
int op_refuse(const struct mpi_op *op, const struct mpi_datatype *type) COLD;

/*
 * May op reduce elements of type?
 * Errors   MPI_ERR_OP code with a sentence
 */
static inline int op_check(const struct mpi_op *op,
                           const struct mpi_datatype *type)
{
    if (LIKELY(op->code == OP_USER || (type->ops >> op->code & 1)))
        return MPI_SUCCESS;
    return op_refuse(op, type);
}

/*
 * inout[i] = in[i] op inout[i] for count elements; op_check has agreed. in is
 * the operand of the lower rank. The buffers do not overlap; they may be
 * aligned or not.
 */
void op_reduce(const struct mpi_op *op, const void *in, void *inout,
               MPI_Count count, const struct mpi_datatype *type);

#endif
