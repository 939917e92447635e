/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The handle table: what stands behind an MPI handle.
 *
 * A handle is a number cast to a pointer. Predefined handles are below
 * HANDLE_FIRST and have the values the standard gives; others are places in one
 * table, so any garbage is recognised without being followed, and a handle
 * fits an int (MPI_X_toint). Every object begins with a struct object, whose
 * kind says what it is. Adding and removing have a lock of their own, for infos
 * and error handlers are made by any thread at any time; lookups need none.
 */
#ifndef OBJECTS_HANDLE_H
#define OBJECTS_HANDLE_H

#include <stdatomic.h>
#include <stdint.h>

#include "runtime/base/platform.h"

enum kind {
    KIND_FREE, /* slot kept by a pool, object not live */
    KIND_COMM,
    KIND_DATATYPE,
    KIND_ERRHANDLER,
    KIND_GROUP,
    KIND_INFO,
    KIND_KEYVAL,
    KIND_MESSAGE,
    KIND_OP,
    KIND_REQUEST,
    KIND_SESSION,
    KIND_WIN
};

struct object {
    uint32_t kind;      /* enum kind */
    int32_t references; /* of handles and of pending operations */
    uintptr_t handle;   /* 0 until added */
};

enum {
    HANDLE_FIRST = 4096,
    HANDLE_CHUNK = 1024,
    HANDLE_CHUNKS = 16384 /* 16 million handles */
};

extern struct object *handle_predefined[HANDLE_FIRST]; /* NULL: none */
extern struct object **handle_chunks[HANDLE_CHUNKS];
extern _Atomic uintptr_t handle_places; /* so many are in chunks; the empty have
                                           an object of KIND_FREE */

/*
 * Give the object a handle of its own; sets object->handle.
 * Errors   MPI_ERR_NO_MEM
 */
int handle_add(struct object *object);

/* Put a predefined object at the value the standard gives.
 * Errors: MPI_ERR_INTERN: it is not below HANDLE_FIRST */
int handle_add_predefined(struct object *object, uintptr_t value);

/* Take the object out of the table; harmless when it is not in it. */
void handle_remove(struct object *object);

/* As handle_find, but of those that are not predefined. */
static inline struct object *handle_find_added(const void *handle,
                                               enum kind kind)
{
    uintptr_t place = (uintptr_t)handle - HANDLE_FIRST;
    if (UNLIKELY(place >= atomic_load_explicit(&handle_places,
                                               memory_order_acquire)))
        return NULL;
    struct object *object =
        handle_chunks[place / HANDLE_CHUNK][place % HANDLE_CHUNK];
    return LIKELY(object->kind == (uint32_t)kind) ? object : NULL;
}

/* The object behind a handle, or NULL when there is none of that kind. */
static inline struct object *handle_find(const void *handle, enum kind kind)
{
    if (UNLIKELY((uintptr_t)handle >= HANDLE_FIRST))
        return handle_find_added(handle, kind);
    struct object *object = handle_predefined[(uintptr_t)handle];
    if (UNLIKELY(!object || object->kind != (uint32_t)kind))
        return NULL;
    return object;
}

#endif
