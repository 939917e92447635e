/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups: queries and set operations (MPI 5.0, 7.3). Those by lists of ranks
 * are in mpi_group_ranks.c.
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/api/group_result.h"
#include "runtime/base/error.h"
#include "runtime/objects/group.h"

PROFILE(MPI_Group_size);
int MPI_Group_size(MPI_Group group, int *size)
{
    LIBRARY_LOCKED;
    struct mpi_group *g;
    int err = check_group(group, &g);
    if (err == MPI_SUCCESS)
        err = check_pointer(size, "size");
    if (err == MPI_SUCCESS)
        *size = g->size;
    return api_result(NULL, err, "MPI_Group_size");
}

PROFILE(MPI_Group_rank);
int MPI_Group_rank(MPI_Group group, int *rank)
{
    LIBRARY_LOCKED;
    struct mpi_group *g;
    int err = check_group(group, &g);
    if (err == MPI_SUCCESS)
        err = check_pointer(rank, "rank");
    if (err == MPI_SUCCESS)
        *rank = g->rank;
    return api_result(NULL, err, "MPI_Group_rank");
}

PROFILE(MPI_Group_compare);
int MPI_Group_compare(MPI_Group group1, MPI_Group group2, int *result)
{
    LIBRARY_LOCKED;
    struct mpi_group *a, *b;
    int err = check_group(group1, &a);
    if (err == MPI_SUCCESS)
        err = check_group(group2, &b);
    if (err == MPI_SUCCESS)
        err = check_pointer(result, "result");
    if (err == MPI_SUCCESS)
        err = group_compare(a, b, result);
    return api_result(NULL, err, "MPI_Group_compare");
}

PROFILE(MPI_Group_free);
int MPI_Group_free(MPI_Group *group)
{
    LIBRARY_LOCKED;
    struct mpi_group *g;
    int err = check_pointer(group, "group");
    if (err == MPI_SUCCESS)
        err = check_group(*group, &g);
    if (err == MPI_SUCCESS) {
        group_take(g);
        *group = MPI_GROUP_NULL;
    }
    return api_result(NULL, err, "MPI_Group_free");
}

typedef int set_operation(const struct mpi_group *a, const struct mpi_group *b,
                          struct mpi_group **out);

/* The two groups of a set operation and the place of the third. */
struct set_call {
    MPI_Group a, b, *out;
};

static int combine(const struct set_call *c, set_operation *operation,
                   const char *function)
{
    struct mpi_group *a, *b, *result = NULL;
    int err = check_group(c->a, &a);
    if (err == MPI_SUCCESS)
        err = check_group(c->b, &b);
    if (err == MPI_SUCCESS)
        err = check_pointer(c->out, "newgroup");
    if (err == MPI_SUCCESS)
        err = operation(a, b, &result);
    return group_result(err, result, c->out, function);
}

PROFILE(MPI_Group_union);
int MPI_Group_union(MPI_Group group1, MPI_Group group2, MPI_Group *newgroup)
{
    LIBRARY_LOCKED;
    return combine(&(struct set_call){group1, group2, newgroup}, group_union,
                   "MPI_Group_union");
}

PROFILE(MPI_Group_intersection);
int MPI_Group_intersection(MPI_Group group1, MPI_Group group2,
                           MPI_Group *newgroup)
{
    LIBRARY_LOCKED;
    return combine(&(struct set_call){group1, group2, newgroup},
                   group_intersection, "MPI_Group_intersection");
}

PROFILE(MPI_Group_difference);
int MPI_Group_difference(MPI_Group group1, MPI_Group group2,
                         MPI_Group *newgroup)
{
    LIBRARY_LOCKED;
    return combine(&(struct set_call){group1, group2, newgroup},
                   group_difference, "MPI_Group_difference");
}

PROFILE(MPI_Group_toint);
int MPI_Group_toint(MPI_Group group)
{
    return (int)(uintptr_t)group;
}

PROFILE(MPI_Group_fromint);
MPI_Group MPI_Group_fromint(int group)
{
    return (MPI_Group)(uintptr_t)(unsigned)group;
}
