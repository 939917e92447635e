/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making a datatype out of pieces of others: blocks are put one after another
 * in pack order and merged, bounds are found (MPI 5.0, 5.1).
 *
 *     flatten_init(&f);
 *     err = flatten_add(&f, &piece);            as often as needed
 *     if (err == MPI_SUCCESS)
 *         err = flatten_finish(&f, &type);
 *     flatten_fini(&f);
 */
#ifndef OBJECTS_FLATTEN_H
#define OBJECTS_FLATTEN_H

#include <stdbool.h>

#include "runtime/objects/datatype.h"
#include "runtime/objects/signature.h"

/* `count` times `length` elements of type, one after the other; the first at
 * offset, each lot stride bytes after the one before. */
struct piece {
    const struct mpi_datatype *type;
    MPI_Aint offset;
    MPI_Count count;
    MPI_Count length;
    MPI_Aint stride;
};

struct flatten {
    struct datatype_block *blocks;
    size_t block_count;
    size_t block_capacity;
    struct signature_part *parts; /* of the type's signature */
    size_t part_count;
    size_t part_capacity;
    MPI_Count size;
    bool has_bounds;      /* lb, ub hold something */
    bool has_true_bounds;
    bool is_resized;      /* lb, ub are those of resized types only */
    MPI_Aint lb, ub, true_lb, true_ub;
    size_t align;
    MPI_Datatype basic;   /* 0 before the first piece with data */
};

void flatten_init(struct flatten *f);
void flatten_fini(struct flatten *f);

/*
 * Append a piece; one without elements changes nothing.
 * Errors   MPI_ERR_NO_MEM, MPI_ERR_COUNT when it is too large
 */
int flatten_add(struct flatten *f, const struct piece *p);

/*
 * Make the type: one reference, no handle, not committed. f is left empty.
 * Errors   MPI_ERR_NO_MEM
 */
int flatten_finish(struct flatten *f, struct mpi_datatype **out);

#endif
