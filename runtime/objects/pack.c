/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packing and unpacking are one walk over the blocks of a window, compiled
 * twice. A window may begin and end inside a block: those two parts are copied
 * alone, whole blocks in loops that know the block's size where it is usual.
 * Elements of few blocks, such as structs with gaps, are moved block by block
 * over many elements, so that these loops are long.
 *
 * Addresses are computed as integers: with MPI_BOTTOM they do not belong to
 * the buffer pointer.
 */
#include "runtime/objects/pack.h"

#include <stdbool.h>
#include <string.h>

#include "runtime/base/copy.h"
#include "runtime/base/platform.h"
#include "runtime/objects/pack_words.h"

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

/* A block of any size. */
static ALWAYS_INLINE void move_any(enum direction direction, uintptr_t user,
                                   char *packed, size_t bytes)
{
    if (bytes > COPY_SHORT_BYTES)
        move(direction, user, packed, bytes);
    else if (direction == PACK)
        copy_short(packed, (const void *)user, bytes);
    else
        copy_short((void *)user, packed, bytes);
}

/* Where `count` blocks lie. */
struct lanes {
    uintptr_t user;
    char *packed;
    MPI_Aint stride;      /* from block to block, at the user's */
    size_t packed_stride;
    size_t count;
};

/* Blocks of a size the compiler knows. */
static ALWAYS_INLINE void move_fixed(enum direction direction, struct lanes l,
                                     size_t bytes)
{
    while (l.count >= 4) {
        for (int i = 0; i < 4; i++)
            move(direction, l.user + (uintptr_t)i * (uintptr_t)l.stride,
                 l.packed + (size_t)i * l.packed_stride, bytes);
        l.user += 4 * (uintptr_t)l.stride;
        l.packed += 4 * l.packed_stride;
        l.count -= 4;
    }
    for (; l.count > 0; l.count--) {
        move(direction, l.user, l.packed, bytes);
        l.user += (uintptr_t)l.stride;
        l.packed += l.packed_stride;
    }
}

/* Words of 8 bytes, one after the other on the packed side. */
static inline void move_words(enum direction direction, const struct lanes *l)
{
    char *user = (char *)l->user;
    if (direction == PACK)
        words_pack(l->packed, user, l->stride, l->count);
    else
        words_unpack(user, l->packed, l->stride, l->count);
}

static ALWAYS_INLINE void move_lanes(enum direction direction, struct lanes l,
                                     size_t bytes)
{
    switch (bytes) {
    case 1:
        move_fixed(direction, l, 1);
        break;
    case 2:
        move_fixed(direction, l, 2);
        break;
    case 4:
        move_fixed(direction, l, 4);
        break;
    case WORD:
        if (l.packed_stride == WORD)
            move_words(direction, &l);
        else
            move_fixed(direction, l, WORD);
        break;
    case 12:
        move_fixed(direction, l, 12);
        break;
    case 16:
        move_fixed(direction, l, 16);
        break;
    case 24:
        move_fixed(direction, l, 24);
        break;
    case 32:
        move_fixed(direction, l, 32);
        break;
    default:
        for (; l.count > 0; l.count--) {
            move_any(direction, l.user, l.packed, bytes);
            l.user += (uintptr_t)l.stride;
            l.packed += l.packed_stride;
        }
        break;
    }
}

/* `count` whole blocks of b, from that at address user on. */
static ALWAYS_INLINE void move_blocks(struct window *w, uintptr_t user,
                                      const struct datatype_block *b,
                                      size_t count)
{
    const struct lanes l = { .user = user, .packed = w->packed,
                             .stride = b->stride, .packed_stride = b->bytes,
                             .count = count };
    move_lanes(w->direction, l, b->bytes);
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

enum {
    FEW_BLOCKS = 8,
    BATCH_BYTES = 8192 /* of packed data: both sides stay in the first cache */
};

/* Has an element few blocks, that lie in rising order without overlap, and
 * before those of the next element? Then they may be moved in any order. */
static bool has_few_blocks(const struct mpi_datatype *type)
{
    size_t blocks = 0;
    MPI_Aint end = type->blocks[0].offset;
    const MPI_Aint begin = end;
    if (type->block_count > FEW_BLOCKS || type->size > BATCH_BYTES / 8)
        return false;
    for (size_t i = 0; i < type->block_count; i++) {
        const struct datatype_block *b = &type->blocks[i];
        blocks += b->count;
        if (b->offset < end || blocks > FEW_BLOCKS ||
            (b->count > 1 && b->stride < (MPI_Aint)b->bytes))
            return false;
        end = b->offset + (MPI_Aint)(b->count - 1) * b->stride +
              (MPI_Aint)b->bytes;
    }
    return type->extent >= end - begin;
}

/* The k-th block of entry b, of all elements that l is about. */
static ALWAYS_INLINE void move_column(enum direction direction, struct lanes l,
                                      const struct datatype_block *b, size_t k)
{
    l.user += (uintptr_t)b->offset + k * (uintptr_t)b->stride;
    l.packed += b->packed + k * b->bytes;
    move_lanes(direction, l, b->bytes);
}

/* The words of an element that is made of a few; false: it is not. */
static bool is_word_row(const struct mpi_datatype *type, struct word_row *row)
{
    *row = (struct word_row){ .extent = type->extent };
    if (type->size > ROW_WORDS_MAX * WORD)
        return false;
    for (size_t i = 0; i < type->block_count; i++) {
        const struct datatype_block *b = &type->blocks[i];
        if (b->bytes != WORD)
            return false;
        for (size_t k = 0; k < b->count; k++)
            row->offset[row->words++] = b->offset + (MPI_Aint)k * b->stride;
    }
    return row->words >= 2;
}

static ALWAYS_INLINE void move_rows(struct window *w, uintptr_t element,
                      const struct word_row *row, size_t count)
{
    if (w->direction == PACK)
        rows_pack(w->packed, (const char *)element, row, count);
    else
        rows_unpack((char *)element, w->packed, row, count);
    w->packed += count * row->words * WORD;
    w->bytes -= count * row->words * WORD;
}

/* Whole elements of few blocks, from that at `element` on. */
static ALWAYS_INLINE void move_elements(struct window *w, uintptr_t element,
                                        const struct mpi_datatype *type,
                                        size_t count)
{
    const size_t batch = BATCH_BYTES / type->size;
    struct word_row row;
    if (is_word_row(type, &row)) {
        move_rows(w, element, &row, count);
        return;
    }
    while (count > 0) {
        const size_t now = count < batch ? count : batch;
        const struct lanes l = { .user = element, .packed = w->packed,
                                 .stride = type->extent,
                                 .packed_stride = type->size, .count = now };
        for (size_t i = 0; i < type->block_count; i++)
            for (size_t k = 0; k < type->blocks[i].count; k++)
                move_column(w->direction, l, &type->blocks[i], k);
        element += now * (uintptr_t)type->extent;
        w->packed += now * type->size;
        w->bytes -= now * type->size;
        count -= now;
    }
}

/*
 * Blocks of many sizes cost most by branches that nobody can foretell. So
 * packing copies LONGEST bytes of each that is not longer, where these lie
 * before `end` (the type's, in an element) and in one page: what is too much is
 * written over by the blocks that follow.
 */
enum { LONGEST = 64, PAGE = 4096 };

static ALWAYS_INLINE bool can_copy_more(enum direction direction,
                                        uintptr_t user, uintptr_t end,
                                        size_t block, size_t window)
{
    return direction == PACK && block <= LONGEST && window >= LONGEST &&
           user + LONGEST <= end && user % PAGE <= PAGE - LONGEST;
}

/* The blocks from the i-th on that lie in the window as a whole; the first that
 * does not. */
static ALWAYS_INLINE size_t move_places(struct window *w, uintptr_t element,
                                        const struct mpi_datatype *type,
                                        size_t i)
{
    const struct datatype_place *place = type->places + i;
    const struct datatype_place *const last = type->places + type->block_count;
    const uintptr_t end = element + (uintptr_t)type->true_lb +
                          (uintptr_t)type->true_extent;
    const enum direction direction = w->direction;
    char *packed = w->packed;
    size_t bytes = w->bytes;
    for (; place < last && place->bytes <= bytes; place++) {
        const uintptr_t user = element + (uintptr_t)(intptr_t)place->offset;
        if (LIKELY(can_copy_more(direction, user, end, place->bytes, bytes)))
            move(direction, user, packed, LONGEST);
        else
            move_any(direction, user, packed, place->bytes);
        packed += place->bytes;
        bytes -= place->bytes;
    }
    w->packed = packed;
    w->bytes = bytes;
    return (size_t)(place - type->places);
}

/* The single blocks from b on that lie in the window as a whole; the first
 * that does not, or is none. */
static ALWAYS_INLINE const struct datatype_block *
move_singles(struct window *w, uintptr_t element,
             const struct datatype_block *b, const struct datatype_block *end)
{
    char *packed = w->packed;
    size_t bytes = w->bytes;
    for (; b < end && b->count == 1 && b->bytes <= bytes; b++) {
        move_any(w->direction, element + (uintptr_t)b->offset, packed,
                 b->bytes);
        packed += b->bytes;
        bytes -= b->bytes;
    }
    w->packed = packed;
    w->bytes = bytes;
    return b;
}

/* Are all elements together blocks at equal distances? */
static inline bool is_even(const struct mpi_datatype *type)
{
    const struct datatype_block *b = &type->blocks[0];
    return b->count == 1 || type->extent == (MPI_Aint)b->count * b->stride;
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
    if (type->block_count == 1 && is_even(type)) {
        struct datatype_block all = type->blocks[0];
        all.stride = type->extent / (MPI_Aint)all.count;
        all.count = SIZE_MAX;
        move_entry(w, buffer, &all, offset);
        return;
    }
    size_t skip = offset % type->size;
    uintptr_t element =
        buffer + offset / type->size * (uintptr_t)type->extent;
    const struct datatype_block *b =
        type->blocks + datatype_block_at(type->blocks, type->block_count, skip);
    const struct datatype_block *end = type->blocks + type->block_count;
    skip -= b->packed;
    for (;;) {
        if (skip == 0 && b == type->blocks && w->bytes >= 2 * type->size &&
            has_few_blocks(type)) {
            const size_t count = w->bytes / type->size;
            move_elements(w, element, type, count);
            element += count * (uintptr_t)type->extent;
        }
        if (skip == 0 && type->places)
            b = type->blocks +
                move_places(w, element, type, (size_t)(b - type->blocks));
        else if (skip == 0)
            b = move_singles(w, element, b, end);
        if (w->bytes == 0)
            return;
        if (b < end) {
            move_entry(w, element, b, skip);
            if (w->bytes == 0)
                return;
            b++;
        }
        skip = 0;
        if (b == end) {
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
