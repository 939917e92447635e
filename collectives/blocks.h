/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocks of a buffer that differ from each other: the arrays of counts,
 * displacements and types of MPI_Gatherv and its like.
 *
 * The arrays stay the user's. An algorithm reads them while it builds, never
 * later, so they need not outlive the call that starts an operation.
 */
#ifndef COLLECTIVES_BLOCKS_H
#define COLLECTIVES_BLOCKS_H

#include <stdbool.h>

#include "collectives/span.h"

/* An array of int or, in a large-count call, of MPI_Count or MPI_Aint. */
struct numbers {
    const void *items;
    bool is_large;
};

static inline MPI_Count number_at(struct numbers n, int i)
{
    return n.is_large ? ((const MPI_Count *)n.items)[i]
                      : ((const int *)n.items)[i];
}

struct blocks {
    struct numbers counts;
    struct numbers displs;     /* in extents; in bytes where there are types;
                                  items NULL: each block follows the last */
    const MPI_Datatype *types; /* NULL: all are of the buffer's type */
};

/*
 * Block i of a buffer: where b is NULL, all blocks have whole's count and
 * follow each other. Blocks without displacements are not found here.
 */
struct span blocks_at(struct span whole, const struct blocks *b, int i);

/* Elements in the first `blocks` of them. */
MPI_Count blocks_sum(const struct blocks *b, int blocks);

#endif
