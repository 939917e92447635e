/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Group: an ordered set of ranks of the job. Constant
 * once made; shared by reference.
 */
#ifndef OBJECTS_GROUP_H
#define OBJECTS_GROUP_H

#include <stdbool.h>

#include <mpi.h>

#include "runtime/objects/handle.h"

struct session;

struct mpi_group {
    struct object object;
    int given;    /* handles the user has of it */
    struct session *session; /* it comes from; NULL: world model */
    int rank;     /* ours in it, or MPI_UNDEFINED */
    int size;
    int worlds[]; /* rank in the job of each */
};

static inline struct mpi_group *group_find(MPI_Group handle)
{
    return (struct mpi_group *)handle_find(handle, KIND_GROUP);
}

/* Put MPI_GROUP_EMPTY into the handle table. Errors: MPI_ERR_NO_MEM */
int group_init_predefined(void);
void group_fini_predefined(void);

/*
 * Make a group of `size` ranks, one reference, no handle; copies worlds. world
 * is the caller's own rank in the job.
 * Errors   MPI_ERR_NO_MEM
 */
int group_create(const int *worlds, int size, int world,
                 struct mpi_group **out);

/* As group_create with the ranks 0 to size - 1 of the job. */
int group_create_range(int size, int world, struct mpi_group **out);

void group_retain(struct mpi_group *g);

/* Drop a reference; the last one takes the handle away and frees. */
void group_release(struct mpi_group *g);

/*
 * Give the user a handle of g, with a reference of its own.
 * Errors   MPI_ERR_NO_MEM
 */
int group_give(struct mpi_group *g, MPI_Group *out);

/* The user gives a handle of g back. MPI_GROUP_EMPTY stays as it is. */
void group_take(struct mpi_group *g);

/* Has the user a handle of g? */
bool group_is_given(const struct mpi_group *g);

/*
 * The set operations of MPI (MPI 5.0, 7.3.2). ranks were checked; the result
 * has one reference and no handle, but is MPI_GROUP_EMPTY's when it is empty.
 * Cost     O(size), with memory for one int for each rank of the job
 * Errors   MPI_ERR_NO_MEM
 */
int group_incl(const struct mpi_group *g, int n, const int *ranks,
               struct mpi_group **out);
int group_excl(const struct mpi_group *g, int n, const int *ranks,
               struct mpi_group **out);
int group_union(const struct mpi_group *a, const struct mpi_group *b,
                struct mpi_group **out);
int group_intersection(const struct mpi_group *a, const struct mpi_group *b,
                       struct mpi_group **out);
int group_difference(const struct mpi_group *a, const struct mpi_group *b,
                     struct mpi_group **out);

/* The rank in `to` of each of the n ranks in `from`, or MPI_UNDEFINED;
 * MPI_PROC_NULL stays. Errors: MPI_ERR_NO_MEM */
int group_translate(const struct mpi_group *from, int n, const int *ranks,
                    const struct mpi_group *to, int *out);

/* MPI_IDENT, MPI_SIMILAR or MPI_UNEQUAL. Errors: MPI_ERR_NO_MEM */
int group_compare(const struct mpi_group *a, const struct mpi_group *b,
                  int *result);

#endif
