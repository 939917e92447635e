/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocks are appended at the end only, because pack order is the order of the
 * type map. The last entry grows when the next block touches it or continues
 * its pattern; so a vector of any count is one entry, and data without gaps
 * are one entry of count 1, by which contiguity is recognised.
 */
#include "runtime/objects/flatten.h"

#include <stdlib.h>

#include "runtime/base/error.h"
#include "runtime/base/platform.h"

void flatten_init(struct flatten *f)
{
    *f = (struct flatten){.align = 1};
}

void flatten_fini(struct flatten *f)
{
    for (size_t i = 0; i < f->part_count; i++)
        signature_release(f->parts[i].of);
    free(f->parts);
    free(f->blocks);
    flatten_init(f);
}

static int too_large(void)
{
    return error_make(MPI_ERR_COUNT,
                      "the datatype would span more than 2^63 bytes");
}

/* Make room for one more entry of an array; returns the array, NULL when there
 * is no memory (the old one is then as it was). */
static void *grow(void *array, size_t count, size_t *capacity, size_t bytes)
{
    if (count < *capacity)
        return array;
    size_t more = *capacity ? 2 * *capacity : 4;
    void *grown = realloc(array, more * bytes);
    if (grown)
        *capacity = more;
    return grown;
}

static int push(struct flatten *f, struct datatype_block b)
{
    struct datatype_block *blocks =
        grow(f->blocks, f->block_count, &f->block_capacity, sizeof *blocks);
    if (!blocks)
        return MPI_ERR_NO_MEM;
    f->blocks = blocks;
    f->blocks[f->block_count++] = b;
    return MPI_SUCCESS;
}

/* Append `count` times a type to the signature. */
static int add_part(struct flatten *f, MPI_Count count, struct signature *of)
{
    if (f->part_count > 0 && f->parts[f->part_count - 1].of == of) {
        f->parts[f->part_count - 1].count += count;
        return MPI_SUCCESS;
    }
    struct signature_part *parts =
        grow(f->parts, f->part_count, &f->part_capacity, sizeof *parts);
    if (!parts)
        return MPI_ERR_NO_MEM;
    signature_retain(of);
    f->parts = parts;
    f->parts[f->part_count++] = (struct signature_part){count, of};
    return MPI_SUCCESS;
}

/* Where the last block of an entry begins. */
static MPI_Aint last_offset(const struct datatype_block *b)
{
    return b->offset + (MPI_Aint)(b->count - 1) * b->stride;
}

/* Append a block that begins where the last one ends: the two become one. */
static int append_touching(struct flatten *f, struct datatype_block b)
{
    struct datatype_block *last = &f->blocks[f->block_count - 1];
    if (last->count == 1) {
        last->bytes += b.bytes;
        return MPI_SUCCESS;
    }
    b.offset = last_offset(last);
    b.bytes += last->bytes;
    last->count--;
    if (last->count == 1)
        last->stride = 0;
    return push(f, b);
}

/* Can b, of count 1 or more, continue the last entry's pattern? */
static bool continues(const struct datatype_block *last,
                      const struct datatype_block *b)
{
    MPI_Aint distance = b->offset - last_offset(last);
    return b->bytes == last->bytes &&
           (last->count == 1 || last->stride == distance) &&
           (b->count == 1 || b->stride == distance);
}

static int append(struct flatten *f, struct datatype_block b)
{
    if (b.stride == (MPI_Aint)b.bytes) {
        b.bytes *= b.count;
        b.count = 1;
    }
    if (b.count == 1)
        b.stride = 0;
    if (f->block_count == 0)
        return push(f, b);
    struct datatype_block *last = &f->blocks[f->block_count - 1];
    if (last_offset(last) + (MPI_Aint)last->bytes == b.offset) {
        struct datatype_block first = b;
        first.count = 1;
        first.stride = 0;
        int err = append_touching(f, first);
        if (err != MPI_SUCCESS || b.count == 1)
            return err;
        b.offset += b.stride;
        b.count--;
        return append(f, b);
    }
    if (continues(last, &b)) {
        last->stride = b.offset - last_offset(last);
        last->count += b.count;
        return MPI_SUCCESS;
    }
    return push(f, b);
}

/* Append one element of type at offset. */
static int append_element(struct flatten *f, const struct mpi_datatype *type,
                          MPI_Aint offset)
{
    int err = MPI_SUCCESS;
    for (size_t i = 0; i < type->block_count && err == MPI_SUCCESS; i++) {
        struct datatype_block b = type->blocks[i];
        b.offset += offset;
        err = append(f, b);
    }
    return err;
}

/* Append `length` elements at offset, as one entry where they are regular. */
static int append_lot(struct flatten *f, const struct piece *p, MPI_Aint offset)
{
    const struct mpi_datatype *type = p->type;
    if (type->block_count == 1 && type->blocks[0].count == 1) {
        struct datatype_block b = type->blocks[0];
        b.offset += offset;
        b.stride = type->extent;
        b.count = (size_t)p->length;
        return append(f, b);
    }
    int err = MPI_SUCCESS;
    for (MPI_Count i = 0; i < p->length && err == MPI_SUCCESS; i++)
        err = append_element(f, type, offset + i * type->extent);
    return err;
}

static int append_piece(struct flatten *f, const struct piece *p)
{
    if (datatype_is_run(p->type, p->length) && p->type->block_count == 1) {
        struct datatype_block b = p->type->blocks[0];
        b.offset += p->offset;
        b.bytes *= (size_t)p->length;
        b.stride = p->stride;
        b.count = (size_t)p->count;
        return append(f, b);
    }
    int err = MPI_SUCCESS;
    for (MPI_Count i = 0; i < p->count && err == MPI_SUCCESS; i++)
        err = append_lot(f, p, p->offset + i * p->stride);
    return err;
}

static void widen(MPI_Aint *low, MPI_Aint *high, MPI_Aint from, MPI_Aint to)
{
    if (from < *low)
        *low = from;
    if (to > *high)
        *high = to;
}

/* Bounds that a user gave hide those that were found (MPI 5.0, 5.1.6). */
static void bound(struct flatten *f, const struct mpi_datatype *t, MPI_Aint at)
{
    MPI_Aint ub = t->lb + t->extent;
    if (!f->has_bounds || (t->is_resized && !f->is_resized)) {
        f->lb = at + t->lb;
        f->ub = at + ub;
        f->is_resized = t->is_resized;
        f->has_bounds = true;
    } else if (t->is_resized == f->is_resized) {
        widen(&f->lb, &f->ub, at + t->lb, at + ub);
    }
    if (t->size == 0)
        return;
    MPI_Aint true_lb = at + t->true_lb;
    MPI_Aint true_ub = true_lb + t->true_extent;
    if (!f->has_true_bounds) {
        f->true_lb = true_lb;
        f->true_ub = true_ub;
        f->has_true_bounds = true;
    }
    widen(&f->true_lb, &f->true_ub, true_lb, true_ub);
}

/* Offset of the element farthest from p->offset along both strides, each
 * taken (1) or not (0); all bounds are met at these corners. */
static bool corner_overflows(const struct piece *p, int lots, int elements,
                             int64_t *at)
{
    *at = p->offset;
    return add_product_overflows(at, lots * (p->count - 1), p->stride) ||
           add_product_overflows(at, elements * (p->length - 1),
                                 p->type->extent);
}

/* All later differences of offsets stay below what is tested here. */
static bool span_overflows(const struct flatten *f)
{
    int64_t extent = f->ub, true_extent = f->true_ub;
    return add_product_overflows(&extent, -1, f->lb) ||
           add_product_overflows(&true_extent, -1, f->true_lb);
}

static int add_bounds(struct flatten *f, const struct piece *p)
{
    const struct mpi_datatype *t = p->type;
    for (int corner = 0; corner < 4; corner++) {
        int64_t at, end;
        if (corner_overflows(p, corner & 1, corner >> 1, &at))
            return too_large();
        end = at;
        if (add_product_overflows(&end, 1, t->lb) ||
            add_product_overflows(&end, 1, t->extent))
            return too_large();
        end = at;
        if (add_product_overflows(&end, 1, t->true_lb) ||
            add_product_overflows(&end, 1, t->true_extent))
            return too_large();
        bound(f, t, at);
        if (span_overflows(f))
            return too_large();
    }
    return MPI_SUCCESS;
}

int flatten_add(struct flatten *f, const struct piece *p)
{
    if (p->count == 0 || p->length == 0)
        return MPI_SUCCESS;
    int64_t elements = 0, size = f->size;
    if (add_product_overflows(&elements, p->count, p->length) ||
        add_product_overflows(&size, elements, (int64_t)p->type->size))
        return too_large();
    int err = add_bounds(f, p);
    if (err != MPI_SUCCESS)
        return err;
    if (p->type->align > f->align)
        f->align = p->type->align;
    if (p->type->size == 0)
        return MPI_SUCCESS;
    f->size = size;
    if (!f->basic)
        f->basic = p->type->basic;
    else if (f->basic != p->type->basic)
        f->basic = MPI_DATATYPE_NULL;
    err = add_part(f, elements, p->type->signature);
    return err == MPI_SUCCESS ? append_piece(f, p) : err;
}

/* Bounds that were found end where the next element would be aligned. */
static void align_extent(struct mpi_datatype *t)
{
    MPI_Aint align = (MPI_Aint)t->align;
    MPI_Aint excess = t->extent % align;
    if (!t->is_resized && excess > 0)
        t->extent += align - excess;
}

/* How many packed bytes lie before each entry. */
static void number_blocks(struct mpi_datatype *t)
{
    size_t packed = 0;
    for (size_t i = 0; i < t->block_count; i++) {
        t->blocks[i].packed = packed;
        packed += t->blocks[i].bytes * t->blocks[i].count;
    }
}

int flatten_finish(struct flatten *f, struct mpi_datatype **out)
{
    struct mpi_datatype *t = calloc(1, sizeof *t);
    if (!t || signature_create(f->parts, f->part_count, &t->signature) !=
                  MPI_SUCCESS) {
        free(t);
        return MPI_ERR_NO_MEM;
    }
    t->object = (struct object){.kind = KIND_DATATYPE, .references = 1};
    t->size = (size_t)f->size;
    t->lb = f->lb;
    t->extent = f->ub - f->lb;
    t->true_lb = f->true_lb;
    t->true_extent = f->true_ub - f->true_lb;
    t->is_supported = true;
    t->is_resized = f->is_resized;
    t->align = f->align;
    t->basic = f->basic ? f->basic : MPI_DATATYPE_NULL;
    t->block_count = f->block_count;
    t->blocks = f->blocks;
    number_blocks(t);
    datatype_list_places(t);
    align_extent(t);
    t->is_contiguous = t->size == 0 || (t->block_count == 1 &&
                                        t->blocks[0].count == 1 &&
                                        t->extent == (MPI_Aint)t->size);
    flatten_init(f); /* all it held is the type's now */
    *out = t;
    return MPI_SUCCESS;
}
