/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups out of lists and ranges of ranks (MPI 5.0, 7.3.2). A range is written
 * out as a list first; lists are checked for ranks that are not there or come
 * twice.
 */
#include "runtime/api/api.h"

#include <stdbool.h>
#include <stdlib.h>

#include "runtime/api/check.h"
#include "runtime/api/group_result.h"
#include "runtime/base/error.h"
#include "runtime/objects/group.h"

static int check_rank(int rank, const struct mpi_group *g)
{
    if (rank >= 0 && rank < g->size)
        return MPI_SUCCESS;
    if (g->size == 0)
        return error_make(MPI_ERR_RANK, "rank %d: the group is empty", rank);
    return error_make(MPI_ERR_RANK,
                      "rank %d is not in the group: it has %d rank%s (0..%d)",
                      rank, g->size, g->size == 1 ? "" : "s", g->size - 1);
}

/* All ranks are in g, none twice. */
static int check_ranks(const struct mpi_group *g, int n, const int *ranks)
{
    bool *is_taken = calloc((size_t)g->size + 1, sizeof *is_taken);
    int err = is_taken ? MPI_SUCCESS : MPI_ERR_NO_MEM;
    for (int i = 0; i < n && err == MPI_SUCCESS; i++) {
        err = check_rank(ranks[i], g);
        if (err == MPI_SUCCESS && is_taken[ranks[i]])
            err = error_make(MPI_ERR_RANK, "rank %d is in the list twice",
                             ranks[i]);
        if (err == MPI_SUCCESS)
            is_taken[ranks[i]] = true;
    }
    free(is_taken);
    return err;
}

typedef int list_operation(const struct mpi_group *g, int n, const int *ranks,
                           struct mpi_group **out);

/* A group, a list of n ranks in it, and the place of the new group. */
struct list_call {
    MPI_Group group;
    int n;
    const int *ranks;
    MPI_Group *out;
};

static int by_list(const struct list_call *c, list_operation *operation,
                   const char *function)
{
    struct mpi_group *g, *result = NULL;
    int err = check_group(c->group, &g);
    if (err == MPI_SUCCESS)
        err = check_count(c->n);
    if (err == MPI_SUCCESS && c->n > 0)
        err = check_pointer(c->ranks, "ranks");
    if (err == MPI_SUCCESS)
        err = check_pointer(c->out, "newgroup");
    if (err == MPI_SUCCESS)
        err = check_ranks(g, c->n, c->ranks);
    if (err == MPI_SUCCESS)
        err = operation(g, c->n, c->ranks, &result);
    return group_result(err, result, c->out, function);
}

PROFILE(MPI_Group_incl);
int MPI_Group_incl(MPI_Group group, int n, const int ranks[],
                   MPI_Group *newgroup)
{
    LIBRARY_LOCKED;
    return by_list(&(struct list_call){group, n, ranks, newgroup}, group_incl,
                   "MPI_Group_incl");
}

PROFILE(MPI_Group_excl);
int MPI_Group_excl(MPI_Group group, int n, const int ranks[],
                   MPI_Group *newgroup)
{
    LIBRARY_LOCKED;
    return by_list(&(struct list_call){group, n, ranks, newgroup}, group_excl,
                   "MPI_Group_excl");
}

/* A range that leads from rank to rank of g. */
static int check_range(const int range[3], const struct mpi_group *g)
{
    int err = check_rank(range[0], g);
    if (err == MPI_SUCCESS)
        err = check_rank(range[1], g);
    if (err != MPI_SUCCESS)
        return err;
    if (range[2] == 0)
        return error_make(MPI_ERR_ARG, "the range %d..%d has stride 0",
                          range[0], range[1]);
    if (range[0] != range[1] && (range[0] < range[1]) != (range[2] > 0))
        return error_make(MPI_ERR_ARG,
                          "the range %d..%d with stride %d leads nowhere",
                          range[0], range[1], range[2]);
    return MPI_SUCCESS;
}

/* Write a range out to ranks; stops when more than room would be needed.
 * Returns their number. */
static int expand(const int range[3], int *ranks, int room)
{
    long long rank = range[0];
    long long stride = range[2];
    int n = 0;
    while ((stride > 0 ? rank <= range[1] : rank >= range[1]) && n < room) {
        ranks[n++] = (int)rank;
        rank += stride;
    }
    return n;
}

/* A group and n ranges of ranks in it. */
struct range_call {
    MPI_Group group;
    int n;
    int (*ranges)[3];
    MPI_Group *out;
};

static int expand_all(const struct range_call *c, const struct mpi_group *g,
                      int *ranks, int *count)
{
    *count = 0;
    for (int i = 0; i < c->n; i++) {
        int err = check_range(c->ranges[i], g);
        if (err != MPI_SUCCESS)
            return err;
        /* One more than the group has is proof of a rank that came twice. */
        *count += expand(c->ranges[i], ranks + *count, g->size + 1 - *count);
    }
    return check_ranks(g, *count, ranks);
}

static int by_ranges(const struct range_call *c, list_operation *operation,
                     const char *function)
{
    struct mpi_group *g, *result = NULL;
    int *ranks = NULL;
    int count = 0;
    int err = check_group(c->group, &g);
    if (err == MPI_SUCCESS)
        err = check_count(c->n);
    if (err == MPI_SUCCESS && c->n > 0)
        err = check_pointer(c->ranges, "ranges");
    if (err == MPI_SUCCESS)
        err = check_pointer(c->out, "newgroup");
    if (err == MPI_SUCCESS) {
        ranks = malloc(((size_t)g->size + 1) * sizeof *ranks);
        err = ranks ? expand_all(c, g, ranks, &count) : MPI_ERR_NO_MEM;
    }
    if (err == MPI_SUCCESS)
        err = operation(g, count, ranks, &result);
    free(ranks);
    return group_result(err, result, c->out, function);
}

PROFILE(MPI_Group_range_incl);
int MPI_Group_range_incl(MPI_Group group, int n, int ranges[][3],
                         MPI_Group *newgroup)
{
    LIBRARY_LOCKED;
    return by_ranges(&(struct range_call){group, n, ranges, newgroup},
                     group_incl, "MPI_Group_range_incl");
}

PROFILE(MPI_Group_range_excl);
int MPI_Group_range_excl(MPI_Group group, int n, int ranges[][3],
                         MPI_Group *newgroup)
{
    LIBRARY_LOCKED;
    return by_ranges(&(struct range_call){group, n, ranges, newgroup},
                     group_excl, "MPI_Group_range_excl");
}

PROFILE(MPI_Group_translate_ranks);
int MPI_Group_translate_ranks(MPI_Group group1, int n, const int ranks1[],
                              MPI_Group group2, int ranks2[])
{
    LIBRARY_LOCKED;
    struct mpi_group *from, *to;
    int err = check_group(group1, &from);
    if (err == MPI_SUCCESS)
        err = check_group(group2, &to);
    if (err == MPI_SUCCESS)
        err = check_count(n);
    if (err == MPI_SUCCESS && n > 0)
        err = check_pointer(ranks1, "ranks1");
    if (err == MPI_SUCCESS && n > 0)
        err = check_pointer(ranks2, "ranks2");
    for (int i = 0; i < n && err == MPI_SUCCESS; i++) {
        if (ranks1[i] != MPI_PROC_NULL)
            err = check_rank(ranks1[i], from);
    }
    if (err == MPI_SUCCESS)
        err = group_translate(from, n, ranks1, to, ranks2);
    return api_result(NULL, err, "MPI_Group_translate_ranks");
}
