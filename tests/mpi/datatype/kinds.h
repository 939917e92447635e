/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One datatype of every constructor, predefined pairs, and nested ones; all
 * with gaps but the first.
 */
#ifndef DATATYPE_KINDS_H
#define DATATYPE_KINDS_H

#include <stddef.h>

#include "../check.h"

enum { KINDS = 17 };

struct mixed {
    char tag;
    double value[3];
    short small;
};

static inline MPI_Datatype mixed_type(void)
{
    const int lengths[] = {1, 3, 1};
    const MPI_Aint at[] = {offsetof(struct mixed, tag),
                           offsetof(struct mixed, value),
                           offsetof(struct mixed, small)};
    const MPI_Datatype types[] = {MPI_CHAR, MPI_DOUBLE, MPI_SHORT};
    MPI_Datatype t;
    MPI_Type_create_struct(3, lengths, at, types, &t);
    return t;
}

static inline MPI_Datatype indexed_type(int kind)
{
    const int lengths[] = {2, 0, 5, 1}, at[] = {10, 30, 3, 20};
    const MPI_Aint bytes[] = {100, 7, 1, 60};
    MPI_Datatype t;
    if (kind == 0)
        MPI_Type_indexed(4, lengths, at, MPI_INT, &t);
    else if (kind == 1)
        MPI_Type_create_hindexed(4, lengths, bytes, MPI_SHORT, &t);
    else if (kind == 2)
        MPI_Type_create_indexed_block(4, 2, at, MPI_DOUBLE_INT, &t);
    else
        MPI_Type_create_hindexed_block(4, 3, bytes, MPI_SHORT, &t);
    return t;
}

static inline MPI_Datatype subarray_type(int order)
{
    const int sizes[] = {6, 5, 4}, part[] = {3, 2, 3}, at[] = {2, 1, 0};
    MPI_Datatype t;
    MPI_Type_create_subarray(3, sizes, part, at, order, MPI_FLOAT, &t);
    return t;
}

/* One type out of another, which is freed. */
static inline MPI_Datatype derive(int kind, MPI_Datatype old)
{
    MPI_Datatype t;
    if (kind == 0)
        MPI_Type_vector(4, 2, 3, old, &t);
    else if (kind == 1)
        MPI_Type_create_resized(old, -4, 160, &t);
    else if (kind == 2)
        MPI_Type_dup(old, &t);
    else
        MPI_Type_contiguous(3, old, &t);
    MPI_Type_free(&old);
    return t;
}

/* The committed type of number kind, 0 .. KINDS - 1. */
static inline MPI_Datatype kind_type(int kind)
{
    MPI_Datatype t = MPI_DATATYPE_NULL;
    switch (kind) {
    case 0: MPI_Type_contiguous(5, MPI_INT, &t); break;
    case 1: MPI_Type_vector(7, 1, 2, MPI_CHAR, &t); break;
    case 2: MPI_Type_vector(5, 1, 3, MPI_DOUBLE, &t); break;
    case 3: MPI_Type_vector(3, 2, -4, MPI_INT, &t); break;
    case 4: MPI_Type_create_hvector(3, 5, 41, MPI_SHORT, &t); break;
    case 5: t = indexed_type(0); break;
    case 6: t = indexed_type(1); break;
    case 7: t = indexed_type(2); break;
    case 8: t = indexed_type(3); break;
    case 9: t = mixed_type(); break;
    case 10: t = subarray_type(MPI_ORDER_C); break;
    case 11: t = subarray_type(MPI_ORDER_FORTRAN); break;
    case 12: t = derive(0, mixed_type()); break;
    case 13: t = derive(1, indexed_type(0)); break;
    case 14: t = derive(2, derive(0, subarray_type(MPI_ORDER_C))); break;
    case 15: MPI_Type_contiguous(9, MPI_SHORT_INT, &t); break;
    case 16: t = derive(3, derive(1, mixed_type())); break;
    }
    MPI_Type_commit(&t);
    return t;
}

#endif
