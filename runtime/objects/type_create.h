/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The datatype constructors. Each makes a type with one reference, no handle
 * and not committed; arguments were checked.
 * Errors   MPI_ERR_NO_MEM, MPI_ERR_COUNT when the type is too large
 */
#ifndef OBJECTS_TYPE_CREATE_H
#define OBJECTS_TYPE_CREATE_H

#include "runtime/objects/datatype.h"
#include "runtime/objects/flatten.h"

/* One regular piece: MPI_Type_contiguous, _vector and _create_hvector. */
int type_regular(const struct piece *p, struct mpi_datatype **out);

/*
 * `count` lots of elements, each at its own place: MPI_Type_indexed,
 * _create_hindexed, _create_indexed_block, _create_struct and their like.
 */
struct lots {
    MPI_Count count;
    const MPI_Count *lengths; /* elements in each lot; NULL: all have length */
    MPI_Count length;
    const MPI_Count *offsets; /* of each lot, in units of unit bytes */
    MPI_Aint unit;
    struct mpi_datatype *const *types; /* of each; NULL: all are of type */
    struct mpi_datatype *type;
};

int type_lots(const struct lots *l, struct mpi_datatype **out);

/* A part of an array of `dims` dimensions: MPI_Type_create_subarray. Each of
 * the arrays has an entry for each dimension. */
struct subarray {
    int dims;
    const MPI_Count *sizes;    /* of the whole, in elements */
    const MPI_Count *subsizes; /* of the part */
    const MPI_Count *starts;   /* where the part begins */
    int order;                 /* MPI_ORDER_C: the last dimension is dense */
    struct mpi_datatype *type;
};

/* The extent is that of the whole. */
int type_subarray(const struct subarray *s, struct mpi_datatype **out);

/* How one dimension of an array is dealt: blocks of `block` elements go to
 * the ranks in turn; we are number `part` of `parts`. */
struct deal {
    MPI_Count size;
    MPI_Count block;
    MPI_Count parts;
    MPI_Count part;
};

/* Our part of a distributed array: MPI_Type_create_darray. */
struct darray {
    int dims;
    const struct deal *deals; /* of each dimension */
    int order;
    struct mpi_datatype *type;
};

/* The extent is that of the whole. */
int type_darray(const struct darray *a, struct mpi_datatype **out);

int type_dup(const struct mpi_datatype *old, struct mpi_datatype **out);

int type_resized(const struct mpi_datatype *old, MPI_Aint lb, MPI_Aint extent,
                 struct mpi_datatype **out);

#endif
