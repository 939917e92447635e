/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Datatype: where the bytes of one element lie.
 *
 * A type is flattened when it is made into blocks (offset, bytes) in pack
 * order, adjacent ones merged. Constant once committed; shared by reference.
 */
#ifndef OBJECTS_DATATYPE_H
#define OBJECTS_DATATYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpi.h>

#include "runtime/objects/handle.h"

struct datatype_block {
    MPI_Aint offset; /* from the address of the element */
    size_t bytes;
    size_t packed;   /* bytes of the element packed before this block */
};

struct mpi_datatype {
    struct object object;
    size_t size;          /* bytes of data in one element */
    MPI_Aint lb;
    MPI_Aint extent;      /* distance from one element to the next */
    MPI_Aint true_lb;
    MPI_Aint true_extent;
    /* True when `count` elements are one run of count * size bytes that starts
     * true_lb after the buffer's address: they can be sent without packing. */
    bool is_contiguous;
    bool is_committed;
    bool is_predefined;
    MPI_Datatype basic;   /* the one predefined type all data is of, else
                             MPI_DATATYPE_NULL; for reductions */
    size_t block_count;
    struct datatype_block *blocks;
};

static inline struct mpi_datatype *datatype_find(MPI_Datatype handle)
{
    return (struct mpi_datatype *)handle_find(handle, KIND_DATATYPE);
}

/* Put all predefined types into the handle table. Errors: MPI_ERR_NO_MEM */
int datatype_init_predefined(void);
void datatype_fini_predefined(void);

void datatype_retain(struct mpi_datatype *t);

/* Drop a reference; the last one takes the handle away and frees. A
 * predefined type is never freed. */
void datatype_release(struct mpi_datatype *t);

#endif
