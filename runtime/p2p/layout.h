/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the bytes of a message lie in a buffer, this rank's or the peer's: a
 * datatype's blocks, element after element. A cursor walks over its runs of
 * contiguous bytes, in the order of the packed message.
 *
 * A layout travels as its extent and size and the blocks themselves, since all
 * ranks of a job have one ABI; a run of bytes needs no layout, its address is
 * enough.
 */
#ifndef P2P_LAYOUT_H
#define P2P_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/objects/datatype.h"

enum {
    LAYOUT_BLOCKS_MAX = 64, /* that a packet carries */
    LAYOUT_SPARSE = 16      /* registered at most for one byte of data */
};

struct layout {
    uintptr_t address;    /* of the first element */
    MPI_Aint extent;
    size_t size;          /* bytes of data in an element */
    size_t block_count;
    const struct datatype_block *blocks; /* NULL: one run, at address */
};

/* As it follows a header in a packet. */
struct layout_wire {
    int64_t extent;
    uint64_t size;
    struct datatype_block blocks[];
};

/* Memory that holds all of a message. */
struct span {
    void *start;
    size_t bytes;
};

/* The layout of elements of a type at an address, and where all of `count` of
 * them are. */
struct layout layout_of(const struct mpi_datatype *type, void *address);
struct span layout_span(const struct mpi_datatype *type, void *address,
                        uint64_t count);

/* The same of one run. */
struct layout layout_of_run(uint64_t address);

/*
 * Can a device move the type in place: is it contiguous, or are its blocks at
 * least block_bytes on average and not too far apart to be registered with all
 * that lies between?
 */
bool layout_is_direct(const struct mpi_datatype *type, size_t block_bytes);

/* Can it be told to a peer? */
static inline bool layout_can_travel(const struct mpi_datatype *type)
{
    return type->block_count <= LAYOUT_BLOCKS_MAX;
}

/* Write it for a packet; returns its bytes. */
size_t layout_write(const struct layout *l, struct layout_wire *out);

/* Read what a packet brought; the blocks are copied to `blocks`. */
struct layout layout_read(const struct layout_wire *in, uint64_t address,
                          size_t block_count, struct datatype_block *blocks);

struct cursor {
    const struct layout *layout;
    uintptr_t element; /* its address */
    size_t block;      /* index in the element */
    size_t repeat;     /* and of the equal ones in that entry */
    size_t inside;     /* bytes of it that are behind */
};

/* A cursor at `offset` of the packed message. Cost: a binary search. */
struct cursor cursor_at(const struct layout *l, uint64_t offset);

/* Go on over the next run, or its first `most` bytes; returns how many. */
size_t cursor_take(struct cursor *c, size_t most, uintptr_t *address);

#endif
