/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The datatype constructors, all by flattening pieces.
 */
#include "runtime/objects/type_create.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/error.h"
#include "runtime/base/platform.h"
#include "runtime/objects/recipe.h"
#include "runtime/objects/signature.h"

int type_regular(const struct piece *p, struct mpi_datatype **out)
{
    struct flatten f;
    flatten_init(&f);
    int err = flatten_add(&f, p);
    if (err == MPI_SUCCESS)
        err = flatten_finish(&f, out);
    flatten_fini(&f);
    return err;
}

static int add_lot(struct flatten *f, const struct lots *l, MPI_Count i)
{
    int64_t offset = 0;
    if (add_product_overflows(&offset, l->offsets[i], l->unit))
        return error_make(MPI_ERR_ARG,
                          "displacement %lld does not fit an address",
                          (long long)l->offsets[i]);
    const struct piece p = {
        .type = l->types ? l->types[i] : l->type,
        .offset = (MPI_Aint)offset,
        .count = 1,
        .length = l->lengths ? l->lengths[i] : l->length,
    };
    return flatten_add(f, &p);
}

int type_lots(const struct lots *l, struct mpi_datatype **out)
{
    struct flatten f;
    flatten_init(&f);
    int err = MPI_SUCCESS;
    for (MPI_Count i = 0; i < l->count && err == MPI_SUCCESS; i++)
        err = add_lot(&f, l, i);
    if (err == MPI_SUCCESS)
        err = flatten_finish(&f, out);
    flatten_fini(&f);
    return err;
}

/* *type becomes a row of its former self along dimension d; *unit, the distance
 * of two elements in that dimension, becomes that of the next one. */
static int add_dimension(const struct subarray *s, int d, int64_t *unit,
                         struct mpi_datatype **type)
{
    int64_t offset = 0, next = 0;
    if (add_product_overflows(&offset, s->starts[d], *unit) ||
        add_product_overflows(&next, s->sizes[d], *unit))
        return error_make(MPI_ERR_COUNT, "the array is larger than 2^63 bytes");
    const struct piece p = {.type = *type,
                            .offset = (MPI_Aint)offset,
                            .count = s->subsizes[d],
                            .length = 1,
                            .stride = (MPI_Aint)*unit};
    struct mpi_datatype *row;
    int err = type_regular(&p, &row);
    if (err != MPI_SUCCESS)
        return err;
    datatype_release(*type);
    *type = row;
    *unit = next;
    return MPI_SUCCESS;
}

int type_subarray(const struct subarray *s, struct mpi_datatype **out)
{
    struct mpi_datatype *t = s->type;
    int64_t unit = t->extent;
    int err = MPI_SUCCESS;
    datatype_retain(t);
    for (int i = 0; i < s->dims && err == MPI_SUCCESS; i++) {
        int d = s->order == MPI_ORDER_C ? s->dims - 1 - i : i;
        err = add_dimension(s, d, &unit, &t);
    }
    if (err == MPI_SUCCESS)
        err = type_resized(t, 0, (MPI_Aint)unit, out);
    datatype_release(t);
    return err;
}

/* A block of `length` rows, `unit` bytes apart. */
static int make_rows(const struct mpi_datatype *type, MPI_Count length,
                     int64_t unit, struct mpi_datatype **out)
{
    const struct piece p = {.type = type, .count = length, .length = 1,
                            .stride = (MPI_Aint)unit};
    return type_regular(&p, out);
}

/* Rows dealt in blocks to `parts` ranks, of which we are number `part`: whole
 * blocks, then what is left of the last one. */
static int deal_rows(const struct deal *d, int64_t unit,
                     const struct mpi_datatype *type, struct mpi_datatype **out)
{
    const MPI_Count first = d->part * d->block, step = d->parts * d->block;
    const MPI_Count mine = d->size > first ? d->size - first : 0;
    const MPI_Count whole = (mine + step - d->block) / step;
    const MPI_Count left = mine - whole * step;
    struct mpi_datatype *block;
    struct flatten f;
    int err = make_rows(type, d->block, unit, &block);
    if (err != MPI_SUCCESS)
        return err;
    flatten_init(&f);
    err = flatten_add(&f, &(struct piece){
        .type = block, .offset = (MPI_Aint)(first * unit), .count = whole,
        .length = 1, .stride = (MPI_Aint)(step * unit)});
    if (err == MPI_SUCCESS && left > 0)
        err = flatten_add(&f, &(struct piece){
            .type = type, .offset = (MPI_Aint)((first + whole * step) * unit),
            .count = left, .length = 1, .stride = (MPI_Aint)unit});
    if (err == MPI_SUCCESS)
        err = flatten_finish(&f, out);
    flatten_fini(&f);
    datatype_release(block);
    return err;
}

int type_darray(const struct darray *a, struct mpi_datatype **out)
{
    struct mpi_datatype *t = a->type;
    int64_t unit = t->extent;
    int err = MPI_SUCCESS;
    datatype_retain(t);
    for (int i = 0; i < a->dims && err == MPI_SUCCESS; i++) {
        const struct deal *d =
            &a->deals[a->order == MPI_ORDER_C ? a->dims - 1 - i : i];
        struct mpi_datatype *rows;
        int64_t next = 0;
        if (add_product_overflows(&next, d->size, unit))
            err = error_make(MPI_ERR_COUNT,
                             "the array is larger than 2^63 bytes");
        else
            err = deal_rows(d, unit, t, &rows);
        if (err != MPI_SUCCESS)
            break;
        datatype_release(t);
        t = rows;
        unit = next;
    }
    if (err == MPI_SUCCESS)
        err = type_resized(t, 0, (MPI_Aint)unit, out);
    datatype_release(t);
    return err;
}

int type_dup(const struct mpi_datatype *old, struct mpi_datatype **out)
{
    struct mpi_datatype *t = malloc(sizeof *t);
    size_t bytes = old->block_count * sizeof *t->blocks;
    struct datatype_block *blocks = malloc(bytes ? bytes : 1);
    if (!t || !blocks) {
        free(t);
        free(blocks);
        return MPI_ERR_NO_MEM;
    }
    *t = *old;
    t->object = (struct object){.kind = KIND_DATATYPE, .references = 1};
    t->is_predefined = false;
    t->is_freed = false;
    t->element = 0;
    t->ops = 0;
    t->name = NULL;
    t->given_name = NULL;
    t->attrs = NULL;
    if (t->recipe)
        recipe_retain(t->recipe);
    t->blocks = blocks;
    memcpy(blocks, old->blocks, bytes);
    datatype_list_places(t);
    signature_retain(t->signature);
    *out = t;
    return MPI_SUCCESS;
}

int type_resized(const struct mpi_datatype *old, MPI_Aint lb, MPI_Aint extent,
                 struct mpi_datatype **out)
{
    struct mpi_datatype *t;
    int err = type_dup(old, &t);
    if (err != MPI_SUCCESS)
        return err;
    t->lb = lb;
    t->extent = extent;
    t->is_resized = true;
    t->is_committed = false;
    t->is_contiguous = t->size == 0 || (datatype_is_run(t, 1) &&
                                        t->extent == (MPI_Aint)t->size);
    *out = t;
    return MPI_SUCCESS;
}
