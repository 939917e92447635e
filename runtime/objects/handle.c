/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The handle table: the predefined ones, then chunks of places that never move,
 * so a lookup needs no lock. An empty place is found from a hint onwards; one
 * that becomes empty becomes the hint, so the next object has it.
 */
#include "runtime/objects/handle.h"

#include <pthread.h>
#include <stdlib.h>

#include <mpi.h>

struct object *handle_predefined[HANDLE_FIRST];
struct object **handle_chunks[HANDLE_CHUNKS];
_Atomic uintptr_t handle_places;

static struct object nothing = { .kind = KIND_FREE };
static uintptr_t hint; /* no place before it is empty */
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static struct object **at(uintptr_t place)
{
    return &handle_chunks[place / HANDLE_CHUNK][place % HANDLE_CHUNK];
}

/* The chunk is there before the count says so: a lookup takes no lock. */
static bool add_chunk(void)
{
    uintptr_t places = handle_places;
    if (places / HANDLE_CHUNK == HANDLE_CHUNKS)
        return false;
    struct object **chunk = malloc(HANDLE_CHUNK * sizeof(*chunk));
    if (!chunk)
        return false;
    for (unsigned i = 0; i < HANDLE_CHUNK; i++)
        chunk[i] = &nothing;
    handle_chunks[places / HANDLE_CHUNK] = chunk;
    atomic_store_explicit(&handle_places, places + HANDLE_CHUNK,
                          memory_order_release);
    return true;
}

static int add(struct object *object)
{
    while (hint < handle_places && *at(hint) != &nothing)
        hint++;
    if (hint == handle_places && !add_chunk())
        return MPI_ERR_NO_MEM;
    *at(hint) = object;
    object->handle = HANDLE_FIRST + hint++;
    return MPI_SUCCESS;
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
    if (value >= HANDLE_FIRST)
        return MPI_ERR_INTERN;
    handle_predefined[value] = object;
    object->handle = value;
    return MPI_SUCCESS;
}

void handle_remove(struct object *object)
{
    if (object->handle == 0)
        return;
    if (object->handle < HANDLE_FIRST) {
        handle_predefined[object->handle] = NULL;
    } else {
        uintptr_t place = object->handle - HANDLE_FIRST;
        pthread_mutex_lock(&table_lock);
        *at(place) = &nothing;
        if (place < hint)
            hint = place;
        pthread_mutex_unlock(&table_lock);
    }
    object->handle = 0;
}
