/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A span: elements of one type that lie one extent apart.
 *
 * It is what MPI calls a buffer, with count and datatype, and what algorithms
 * cut into blocks. A value; owns nothing.
 */
#ifndef COLLECTIVES_SPAN_H
#define COLLECTIVES_SPAN_H

#include <stddef.h>
#include <stdint.h>

#include <mpi.h>

#include "runtime/objects/datatype.h"

struct span {
    void *address; /* or MPI_IN_PLACE */
    MPI_Count count;
    struct mpi_datatype *type;
};

static inline size_t span_bytes(struct span s)
{
    return (size_t)s.count * s.type->size;
}

/* The part that begins at element `first`. Goes through integers, since an
 * absolute address (MPI_BOTTOM) is no array to index. */
static inline struct span span_at(struct span s, MPI_Count first,
                                  MPI_Count count)
{
    intptr_t address = (intptr_t)s.address + first * s.type->extent;
    return (struct span){ (void *)address, count, s.type };
}

/* Bytes in packed form. */
static inline struct span span_packed(void *address, size_t bytes)
{
    return (struct span){ address, (MPI_Count)bytes,
                          datatype_find(MPI_BYTE) };
}

/* Can it be sent or cut at any byte as it lies in memory? */
static inline bool span_is_contiguous(struct span s)
{
    return s.type->is_contiguous;
}

/* First byte of a contiguous span. */
static inline void *span_first_byte(struct span s)
{
    return (void *)((intptr_t)s.address + s.type->true_lb);
}

/*
 * Copy the data of from to to; both have the same number of bytes, the layouts
 * may differ. The same address and type is no copy.
 */
void span_copy(struct span to, struct span from);

/*
 * The memory a span of this shape covers: *low is its first byte's distance
 * from the address (may be negative), the result the bytes from there on.
 */
size_t span_footprint(MPI_Count count, const struct mpi_datatype *type,
                      MPI_Aint *low);

#endif
