/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packing and unpacking are one walk over the blocks of a window, compiled
 * twice. A window may begin and end inside a block: those two parts are copied
 * alone, whole blocks in loops that know the block's size where it is usual.
 *
 * Addresses are computed as integers: with MPI_BOTTOM they do not belong to
 * the buffer pointer.
 */
#include "runtime/objects/pack.h"

#include <string.h>

#include "runtime/base/platform.h"

enum direction { PACK, UNPACK };

/* What is left of the window. */
struct window {
    enum direction direction;
    char *packed;
    size_t bytes;
};

static ALWAYS_INLINE void move(enum direction direction, uintptr_t user,
                               char *packed, size_t bytes)
{
    if (direction == PACK)
        memcpy(packed, (const void *)user, bytes);
    else
        memcpy((void *)user, packed, bytes);
}

/* `count` blocks of a size the compiler knows. */
static ALWAYS_INLINE void move_fixed(const struct window *w, uintptr_t user,
                                     MPI_Aint stride, size_t count,
                                     size_t bytes)
{
    char *packed = w->packed;
    for (size_t i = 0; i < count; i++) {
        move(w->direction, user, packed, bytes);
        user += (uintptr_t)stride;
        packed += bytes;
    }
}

/* `count` whole blocks of b, from that at address user on. */
static ALWAYS_INLINE void move_blocks(struct window *w, uintptr_t user,
                                      const struct datatype_block *b,
                                      size_t count)
{
    switch (b->bytes) {
    case 1:
        move_fixed(w, user, b->stride, count, 1);
        break;
    case 2:
        move_fixed(w, user, b->stride, count, 2);
        break;
    case 4:
        move_fixed(w, user, b->stride, count, 4);
        break;
    case 8:
        move_fixed(w, user, b->stride, count, 8);
        break;
    case 12:
        move_fixed(w, user, b->stride, count, 12);
        break;
    case 16:
        move_fixed(w, user, b->stride, count, 16);
        break;
    case 24:
        move_fixed(w, user, b->stride, count, 24);
        break;
    case 32:
        move_fixed(w, user, b->stride, count, 32);
        break;
    default:
        move_fixed(w, user, b->stride, count, b->bytes);
        break;
    }
    w->packed += count * b->bytes;
    w->bytes -= count * b->bytes;
}

/* The part of the window that lies in entry b of the element at address
 * element; it begins `skip` packed bytes after the entry's begin. */
static ALWAYS_INLINE void move_entry(struct window *w, uintptr_t element,
                                     const struct datatype_block *b,
                                     size_t skip)
{
    size_t k = skip / b->bytes;
    size_t inside = skip - k * b->bytes;
    uintptr_t user =
        element + (uintptr_t)b->offset + k * (uintptr_t)b->stride;
    if (inside > 0) {
        size_t n = b->bytes - inside;
        if (n > w->bytes)
            n = w->bytes;
        move(w->direction, user + inside, w->packed, n);
        w->packed += n;
        w->bytes -= n;
        user += (uintptr_t)b->stride;
        k++;
    }
    size_t whole = w->bytes / b->bytes;
    if (whole > b->count - k)
        whole = b->count - k;
    move_blocks(w, user, b, whole);
    k += whole;
    user += whole * (uintptr_t)b->stride;
    if (k < b->count && w->bytes > 0) {
        move(w->direction, user, w->packed, w->bytes);
        w->bytes = 0;
    }
}

/* The entry that holds packed byte `at` of an element. */
static const struct datatype_block *entry_at(const struct mpi_datatype *type,
                                             size_t at)
{
    size_t low = 0, high = type->block_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (type->blocks[middle].packed <= at)
            low = middle;
        else
            high = middle;
    }
    return &type->blocks[low];
}

static ALWAYS_INLINE void walk(struct window *w, uintptr_t buffer,
                               const struct mpi_datatype *type, size_t offset)
{
    if (w->bytes == 0)
        return;
    if (type->is_contiguous) {
        move(w->direction, buffer + (uintptr_t)type->true_lb + offset,
             w->packed, w->bytes);
        return;
    }
    if (datatype_is_run(type, 1)) {
        /* All elements together are blocks at equal distances. */
        struct datatype_block all = type->blocks[0];
        all.stride = type->extent;
        all.count = SIZE_MAX;
        move_entry(w, buffer, &all, offset);
        return;
    }
    size_t skip = offset % type->size;
    uintptr_t element =
        buffer + offset / type->size * (uintptr_t)type->extent;
    const struct datatype_block *b = entry_at(type, skip);
    const struct datatype_block *end = type->blocks + type->block_count;
    skip -= b->packed;
    for (;;) {
        move_entry(w, element, b, skip);
        if (w->bytes == 0)
            return;
        skip = 0;
        if (++b == end) {
            b = type->blocks;
            element += (uintptr_t)type->extent;
        }
    }
}

void pack_bytes(void *out, const void *buffer, const struct mpi_datatype *type,
                size_t offset, size_t bytes)
{
    struct window w = {.direction = PACK, .packed = out, .bytes = bytes};
    walk(&w, (uintptr_t)buffer, type, offset);
}

void unpack_bytes(void *buffer, const void *in, const struct mpi_datatype *type,
                  size_t offset, size_t bytes)
{
    struct window w = {
        .direction = UNPACK, .packed = (char *)in, .bytes = bytes};
    walk(&w, (uintptr_t)buffer, type, offset);
}
