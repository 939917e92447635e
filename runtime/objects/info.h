/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Info: keys with values, in the order in which they
 * were set. Usable before MPI_Init and after MPI_Finalize.
 */
#ifndef OBJECTS_INFO_H
#define OBJECTS_INFO_H

#include <stdbool.h>
#include <stddef.h>

#include <mpi.h>

#include "runtime/objects/handle.h"

struct info_pair {
    char *key;
    char *value;
};

struct mpi_info {
    struct object object;
    size_t count;
    size_t capacity;
    struct info_pair *pairs;
};

static inline struct mpi_info *info_find(MPI_Info handle)
{
    return (struct mpi_info *)handle_find(handle, KIND_INFO);
}

/* Put MPI_INFO_ENV, empty, into the handle table. Errors: MPI_ERR_NO_MEM */
int info_init_predefined(void);

/* Empty, no handle. Errors: MPI_ERR_NO_MEM */
int info_create(struct mpi_info **out);

/* A copy without a handle; of NULL, an empty one. Errors: MPI_ERR_NO_MEM */
int info_dup(const struct mpi_info *from, struct mpi_info **out);

/* Take the handle away and free; harmless on NULL. */
void info_destroy(struct mpi_info *info);

/* Give the user a handle of info; destroys it on failure. Errors:
 * MPI_ERR_NO_MEM */
int info_give(struct mpi_info *info, MPI_Info *out);

/* Set key to value, or change it. Errors: MPI_ERR_NO_MEM */
int info_set(struct mpi_info *info, const char *key, const char *value);

/* The value of key, or NULL; NULL, too, of no info. */
const char *info_get(const struct mpi_info *info, const char *key);

/* Remove key; false when it is not there. */
bool info_remove(struct mpi_info *info, const char *key);

#endif
