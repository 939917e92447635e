/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups. The set operations look ranks up in a table by world rank, which
 * makes them linear in the groups' sizes.
 */
#include "runtime/objects/group.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/objects/session.h"

static struct mpi_group empty = {.object = {.kind = KIND_GROUP,
                                            .references = 1},
                                 .rank = MPI_UNDEFINED};

int group_init_predefined(void)
{
    return handle_add_predefined(&empty.object, (uintptr_t)MPI_GROUP_EMPTY);
}

void group_fini_predefined(void)
{
    handle_remove(&empty.object);
}

static struct mpi_group *allocate(int size)
{
    struct mpi_group *g = malloc(sizeof *g + (size_t)size * sizeof(int));
    if (!g)
        return NULL;
    g->object = (struct object){.kind = KIND_GROUP, .references = 1};
    g->given = 0;
    g->session = NULL;
    g->rank = MPI_UNDEFINED;
    g->size = size;
    return g;
}

int group_create(const int *worlds, int size, int world,
                 struct mpi_group **out)
{
    struct mpi_group *g = allocate(size);
    if (!g)
        return MPI_ERR_NO_MEM;
    memcpy(g->worlds, worlds, (size_t)size * sizeof(int));
    for (int i = 0; i < size; i++) {
        if (worlds[i] == world)
            g->rank = i;
    }
    *out = g;
    return MPI_SUCCESS;
}

int group_create_range(int size, int world, struct mpi_group **out)
{
    struct mpi_group *g = allocate(size);
    if (!g)
        return MPI_ERR_NO_MEM;
    for (int i = 0; i < size; i++)
        g->worlds[i] = i;
    g->rank = world;
    *out = g;
    return MPI_SUCCESS;
}

void group_retain(struct mpi_group *g)
{
    g->object.references++;
}

void group_release(struct mpi_group *g)
{
    if (--g->object.references > 0 || g == &empty)
        return;
    handle_remove(&g->object);
    session_release(g->session);
    free(g);
}

int group_give(struct mpi_group *g, MPI_Group *out)
{
    if (!g->object.handle) {
        int err = handle_add(&g->object);
        if (err != MPI_SUCCESS)
            return err;
    }
    if (g != &empty) {
        group_retain(g);
        g->given++;
    }
    *out = (MPI_Group)g->object.handle;
    return MPI_SUCCESS;
}

void group_take(struct mpi_group *g)
{
    if (g != &empty) {
        g->given--;
        group_release(g);
    }
}

bool group_is_given(const struct mpi_group *g)
{
    return g->given > 0 || g == &empty;
}

/* Rank by world rank, MPI_UNDEFINED where there is none. */
struct ranks {
    int *rank;
    int count;
};

static int ranks_init(struct ranks *r, const struct mpi_group *g)
{
    r->count = 0;
    for (int i = 0; i < g->size; i++) {
        if (g->worlds[i] >= r->count)
            r->count = g->worlds[i] + 1;
    }
    r->rank = malloc(((size_t)r->count + 1) * sizeof(int));
    if (!r->rank)
        return MPI_ERR_NO_MEM;
    for (int i = 0; i < r->count; i++)
        r->rank[i] = MPI_UNDEFINED;
    for (int i = 0; i < g->size; i++)
        r->rank[g->worlds[i]] = i;
    return MPI_SUCCESS;
}

static int rank_of(const struct ranks *r, int world)
{
    return world < r->count ? r->rank[world] : MPI_UNDEFINED;
}

/* Append rank i of `from`; keep our own rank known. */
static void append(struct mpi_group *g, const struct mpi_group *from, int i)
{
    if (i == from->rank)
        g->rank = g->size;
    g->worlds[g->size++] = from->worlds[i];
}

static struct mpi_group *or_empty(struct mpi_group *g,
                                  const struct mpi_group *from)
{
    if (g->size > 0) {
        g->session = from->session;
        if (g->session)
            session_retain(g->session);
        return g;
    }
    group_release(g);
    group_retain(&empty);
    return &empty;
}

int group_incl(const struct mpi_group *g, int n, const int *ranks,
               struct mpi_group **out)
{
    struct mpi_group *result = allocate(n);
    if (!result)
        return MPI_ERR_NO_MEM;
    result->size = 0;
    for (int i = 0; i < n; i++)
        append(result, g, ranks[i]);
    *out = or_empty(result, g);
    return MPI_SUCCESS;
}

int group_excl(const struct mpi_group *g, int n, const int *ranks,
               struct mpi_group **out)
{
    struct mpi_group *result = allocate(g->size);
    char *is_out = calloc((size_t)g->size + 1, 1);
    if (!result || !is_out) {
        free(result);
        free(is_out);
        return MPI_ERR_NO_MEM;
    }
    for (int i = 0; i < n; i++)
        is_out[ranks[i]] = 1;
    result->size = 0;
    for (int i = 0; i < g->size; i++) {
        if (!is_out[i])
            append(result, g, i);
    }
    free(is_out);
    *out = or_empty(result, g);
    return MPI_SUCCESS;
}

/* Which ranks of a are wanted, by whether b has them too. */
enum wanted { IN_BOTH, IN_A_ONLY };

/* The wanted ranks of a, in its order. */
static int combine(const struct mpi_group *a, const struct mpi_group *b,
                   enum wanted wanted, struct mpi_group **out)
{
    struct ranks in_b;
    int err = ranks_init(&in_b, b);
    if (err != MPI_SUCCESS)
        return err;
    struct mpi_group *result = allocate(a->size);
    if (!result) {
        free(in_b.rank);
        return MPI_ERR_NO_MEM;
    }
    result->size = 0;
    for (int i = 0; i < a->size; i++) {
        bool is_in_b = rank_of(&in_b, a->worlds[i]) != MPI_UNDEFINED;
        if (is_in_b == (wanted == IN_BOTH))
            append(result, a, i);
    }
    free(in_b.rank);
    *out = or_empty(result, a);
    return MPI_SUCCESS;
}

int group_intersection(const struct mpi_group *a, const struct mpi_group *b,
                       struct mpi_group **out)
{
    return combine(a, b, IN_BOTH, out);
}

int group_difference(const struct mpi_group *a, const struct mpi_group *b,
                     struct mpi_group **out)
{
    return combine(a, b, IN_A_ONLY, out);
}

int group_union(const struct mpi_group *a, const struct mpi_group *b,
                struct mpi_group **out)
{
    struct mpi_group *rest;
    int err = group_difference(b, a, &rest);
    if (err != MPI_SUCCESS)
        return err;
    struct mpi_group *result = allocate(a->size + rest->size);
    if (result) {
        result->size = 0;
        for (int i = 0; i < a->size; i++)
            append(result, a, i);
        for (int i = 0; i < rest->size; i++)
            append(result, rest, i);
        *out = or_empty(result, a);
    }
    group_release(rest);
    return result ? MPI_SUCCESS : MPI_ERR_NO_MEM;
}

int group_translate(const struct mpi_group *from, int n, const int *ranks,
                    const struct mpi_group *to, int *out)
{
    struct ranks in_to;
    int err = ranks_init(&in_to, to);
    if (err != MPI_SUCCESS)
        return err;
    for (int i = 0; i < n; i++)
        out[i] = ranks[i] == MPI_PROC_NULL
                     ? MPI_PROC_NULL
                     : rank_of(&in_to, from->worlds[ranks[i]]);
    free(in_to.rank);
    return MPI_SUCCESS;
}

int group_compare(const struct mpi_group *a, const struct mpi_group *b,
                  int *result)
{
    if (a->size != b->size) {
        *result = MPI_UNEQUAL;
        return MPI_SUCCESS;
    }
    if (memcmp(a->worlds, b->worlds, (size_t)a->size * sizeof(int)) == 0) {
        *result = MPI_IDENT;
        return MPI_SUCCESS;
    }
    struct mpi_group *common;
    int err = group_intersection(a, b, &common);
    if (err != MPI_SUCCESS)
        return err;
    *result = common->size == a->size ? MPI_SIMILAR : MPI_UNEQUAL;
    group_release(common);
    return MPI_SUCCESS;
}
