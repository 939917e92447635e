/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Group: an ordered set of ranks of the job. Constant
 * once made; shared by reference.
 */
#ifndef OBJECTS_GROUP_H
#define OBJECTS_GROUP_H

#include <mpi.h>

#include "runtime/objects/handle.h"

struct mpi_group {
    struct object object;
    int rank;     /* ours in it, or MPI_UNDEFINED */
    int size;
    int worlds[]; /* rank in the job of each */
};

static inline struct mpi_group *group_find(MPI_Group handle)
{
    return (struct mpi_group *)handle_find(handle, KIND_GROUP);
}

/*
 * Make a group of `size` ranks, one reference, no handle; copies worlds. world
 * is the caller's own rank in the job.
 * Errors   MPI_ERR_NO_MEM
 */
int group_create(const int *worlds, int size, int world,
                 struct mpi_group **out);

void group_retain(struct mpi_group *g);

/* Drop a reference; the last one takes the handle away and frees. */
void group_release(struct mpi_group *g);

#endif
