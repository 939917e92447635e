/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The handle table: the predefined ones, then chunks of slots that never move,
 * so a lookup needs no lock. Free slots are found from a hint onwards; a removed
 * slot becomes the hint, so the next object reuses it.
 */
#include "runtime/objects/handle.h"

#include <pthread.h>
#include <stdlib.h>

#include <mpi.h>

struct object **handle_chunks[HANDLE_CHUNKS];
struct object *handle_predefined[HANDLE_FIRST];

static uintptr_t hint = HANDLE_FIRST;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static struct object **slot_of(uintptr_t value)
{
    if (value < HANDLE_FIRST)
        return &handle_predefined[value];
    struct object ***chunk = &handle_chunks[value / HANDLE_CHUNK];
    if (!*chunk)
        *chunk = calloc(HANDLE_CHUNK, sizeof(**chunk));
    return *chunk ? &(*chunk)[value % HANDLE_CHUNK] : NULL;
}

static int add(struct object *object)
{
    const uintptr_t end = (uintptr_t)HANDLE_CHUNK * HANDLE_CHUNKS;
    for (uintptr_t value = hint; value < end; value++) {
        struct object **slot = slot_of(value);
        if (!slot)
            return MPI_ERR_NO_MEM;
        if (!*slot) {
            *slot = object;
            object->handle = value;
            hint = value + 1;
            return MPI_SUCCESS;
        }
    }
    return MPI_ERR_NO_MEM;
}

int handle_add(struct object *object)
{
    pthread_mutex_lock(&table_lock);
    int err = add(object);
    pthread_mutex_unlock(&table_lock);
    return err;
}

int handle_add_predefined(struct object *object, uintptr_t value)
{
    struct object **slot = slot_of(value);
    if (!slot)
        return MPI_ERR_NO_MEM;
    *slot = object;
    object->handle = value;
    return MPI_SUCCESS;
}

void handle_remove(struct object *object)
{
    if (object->handle == 0)
        return;
    pthread_mutex_lock(&table_lock);
    *slot_of(object->handle) = NULL;
    if (object->handle >= HANDLE_FIRST && object->handle < hint)
        hint = object->handle;
    pthread_mutex_unlock(&table_lock);
    object->handle = 0;
}
