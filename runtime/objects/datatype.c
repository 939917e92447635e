/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a datatype after it was made. The handle stays while anything
 * holds the type, so that a user's reduction still finds a type that was freed
 * while it ran.
 */
#include "runtime/objects/datatype.h"

#include <stdlib.h>

#include "runtime/objects/recipe.h"
#include "runtime/objects/signature.h"

const char *datatype_name(const struct mpi_datatype *t)
{
    return t->name ? t->name : "a derived datatype";
}

void datatype_retain(struct mpi_datatype *t)
{
    t->object.references++;
}

/* Where chance has put few blocks at equal distances, tell each block alone. */
static void split_chance_runs(struct mpi_datatype *t)
{
    size_t count = 0, n = 0;
    for (size_t i = 0; i < t->block_count; i++)
        count += t->blocks[i].count;
    if (count == t->block_count || count / 2 > t->block_count)
        return;
    struct datatype_block *split = malloc(count * sizeof *split);
    if (!split)
        return;
    for (size_t i = 0; i < t->block_count; i++) {
        const struct datatype_block *b = &t->blocks[i];
        for (size_t k = 0; k < b->count; k++)
            split[n++] = (struct datatype_block){
                .offset = b->offset + (MPI_Aint)k * b->stride, .count = 1,
                .bytes = b->bytes, .packed = b->packed + k * b->bytes };
    }
    free(t->blocks);
    t->blocks = split;
    t->block_count = count;
}

static bool is_near_single(const struct datatype_block *b)
{
    return b->count == 1 && b->bytes <= UINT32_MAX && b->offset >= INT32_MIN &&
           b->offset <= INT32_MAX;
}

void datatype_list_places(struct mpi_datatype *t)
{
    enum { MANY = 64 };
    t->places = NULL;
    if (t->block_count < MANY)
        return;
    split_chance_runs(t);
    for (size_t i = 0; i < t->block_count; i++)
        if (!is_near_single(&t->blocks[i]))
            return;
    t->places = malloc(t->block_count * sizeof *t->places);
    for (size_t i = 0; t->places && i < t->block_count; i++)
        t->places[i] = (struct datatype_place){
            .offset = (int32_t)t->blocks[i].offset,
            .bytes = (uint32_t)t->blocks[i].bytes };
}

void datatype_release(struct mpi_datatype *t)
{
    if (--t->object.references > 0 || t->is_predefined)
        return;
    handle_remove(&t->object);
    signature_release(t->signature);
    recipe_release(t->recipe);
    free(t->given_name);
    free(t->blocks);
    free(t->places);
    free(t);
}

void datatype_free(struct mpi_datatype *t)
{
    t->is_freed = true;
    t->is_committed = false;
    datatype_release(t);
}

int datatype_alias(const struct mpi_datatype *base, struct mpi_datatype **out)
{
    struct mpi_datatype *t = malloc(sizeof *t);
    if (!t)
        return MPI_ERR_NO_MEM;
    *t = *base; /* whose blocks and signature stay for ever */
    t->object = (struct object){.kind = KIND_DATATYPE, .references = 1};
    t->name = NULL;
    t->given_name = NULL;
    t->attrs = NULL;
    int err = handle_add(&t->object);
    if (err == MPI_SUCCESS)
        *out = t;
    else
        free(t);
    return err;
}
