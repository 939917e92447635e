/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Op: a reduction of two buffers.
 */
#ifndef OBJECTS_OP_H
#define OBJECTS_OP_H

#include <stdbool.h>

#include <mpi.h>

#include "runtime/objects/datatype.h"

struct mpi_op {
    struct object object;
    bool is_commutative;
    /* NULL for predefined operations, which use kernels by basic type. */
    MPI_User_function *user;
};

static inline struct mpi_op *op_find(MPI_Op handle)
{
    return (struct mpi_op *)handle_find(handle, KIND_OP);
}

/* Put the predefined operations into the handle table. */
int op_init_predefined(void);
void op_fini_predefined(void);

void op_retain(struct mpi_op *op);
void op_release(struct mpi_op *op);

/*
 * May op reduce elements of type?
 * Errors   MPI_ERR_OP code with a sentence
 */
int op_check(const struct mpi_op *op, const struct mpi_datatype *type);

/* inout[i] = in[i] op inout[i] for count elements; op_check has agreed. in is
 * the operand of the lower rank. */
void op_reduce(const struct mpi_op *op, const void *in, void *inout,
               MPI_Count count, const struct mpi_datatype *type);

#endif
