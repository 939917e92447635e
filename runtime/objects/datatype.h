/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Datatype: where the bytes of one element lie.
 *
 * A type is flattened when it is made into blocks in pack order; adjacent ones
 * are merged, and equal ones at equal distances are one entry. All but the
 * flags is_committed and is_freed is constant; shared by reference.
 */
#ifndef OBJECTS_DATATYPE_H
#define OBJECTS_DATATYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <mpi.h>

#include "runtime/objects/handle.h"

struct attr;
struct recipe;
struct signature;

/* `count` blocks of `bytes` bytes, the first at offset from the address of the
 * element, each `stride` bytes after the one before. */
struct datatype_block {
    MPI_Aint offset;
    size_t bytes;
    MPI_Aint stride; /* 0 when count is 1 */
    size_t count;
    size_t packed;   /* bytes of the element packed before the first block */
};

/* A block, told in a fifth of the room, which is what packing many takes most
 * of its time to read. */
struct datatype_place {
    int32_t offset;
    uint32_t bytes;
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
    bool is_supported;    /* false: an optional type this machine has not */
    bool is_freed;        /* by the user; operations may still hold it */
    bool is_resized;      /* lb and extent were given, not found */
    uint8_t element;      /* enum element of a predefined type */
    uint32_t ops;         /* 1 << enum op_code: predefined ops that take it */
    size_t align;         /* of the strictest predefined type in it */
    MPI_Datatype basic;   /* the one predefined type all data is of, else
                             MPI_DATATYPE_NULL */
    struct signature *signature; /* one reference */
    const char *name;     /* of a predefined type, else NULL */
    char *given_name;     /* by the user; NULL: none */
    struct attr *attrs;   /* NULL: none */
    struct recipe *recipe; /* how it was made; NULL: predefined */
    size_t block_count;
    struct datatype_block *blocks;
    struct datatype_place *places; /* of the blocks, if these are many, all
                                      single and near; else NULL */
};

/* The block, of those of an element, that holds its packed byte `at`. */
static inline size_t datatype_block_at(const struct datatype_block *blocks,
                                       size_t count, size_t at)
{
    size_t low = 0, high = count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (blocks[middle].packed <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Set t->places from t->blocks, where short runs of these may be split before;
 * without memory for them it stays NULL. */
void datatype_list_places(struct mpi_datatype *t);

static inline struct mpi_datatype *datatype_find(MPI_Datatype handle)
{
    return (struct mpi_datatype *)handle_find(handle, KIND_DATATYPE);
}

static inline MPI_Datatype datatype_handle(const struct mpi_datatype *t)
{
    return (MPI_Datatype)t->object.handle;
}

/* is_committed and is_contiguous, by one look. */
static inline bool datatype_is_plain(const struct mpi_datatype *t)
{
    uint16_t both;
    memcpy(&both, &t->is_contiguous, sizeof both);
    return both == 0x0101;
}

_Static_assert(offsetof(struct mpi_datatype, is_committed) ==
                   offsetof(struct mpi_datatype, is_contiguous) + 1 &&
                   sizeof(bool) == 1, "looked at together");

/* Are `count` elements one run of bytes that starts true_lb after the
 * buffer's address? Unlike is_contiguous, a single element may have gaps
 * around it. */
static inline bool datatype_is_run(const struct mpi_datatype *t,
                                   MPI_Count count)
{
    return t->is_contiguous || (count == 1 && t->block_count == 1 &&
                                t->blocks[0].count == 1);
}

/* Put all predefined types into the handle table. Errors: MPI_ERR_NO_MEM */
int datatype_init_predefined(void);
void datatype_fini_predefined(void);

/* Let a predefined type hold what another one holds from the start; with
 * MPI_DATATYPE_NULL it is not supported any more. */
void datatype_make_like(MPI_Datatype handle, MPI_Datatype other);

/* A predefined type like base, without a name, with a handle of its own. Never
 * freed. Errors: MPI_ERR_NO_MEM */
int datatype_alias(const struct mpi_datatype *base, struct mpi_datatype **out);

/* The name of a type for a sentence: "MPI_INT", "a derived datatype". */
const char *datatype_name(const struct mpi_datatype *t);

void datatype_retain(struct mpi_datatype *t);

/* Drop a reference; the last one takes the handle away and frees. A
 * predefined type is never freed. */
void datatype_release(struct mpi_datatype *t);

/* The user gives the type up: no new operation may use it. */
void datatype_free(struct mpi_datatype *t);

#endif
