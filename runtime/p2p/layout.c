/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Layouts and cursors. Addresses are integers: with MPI_BOTTOM they belong to
 * no object, and the peer's mean nothing here.
 */
#include "runtime/p2p/layout.h"

#include <string.h>

#include "runtime/base/platform.h"

struct layout layout_of_run(uint64_t address)
{
    return (struct layout){ .address = (uintptr_t)address };
}

struct layout layout_of(const struct mpi_datatype *type, void *address)
{
    if (LIKELY(type->is_contiguous))
        return layout_of_run((uintptr_t)address + (uintptr_t)type->true_lb);
    return (struct layout){ .address = (uintptr_t)address,
                            .extent = type->extent,
                            .size = type->size,
                            .block_count = type->block_count,
                            .blocks = type->blocks };
}

struct span layout_span(const struct mpi_datatype *type, void *address,
                        uint64_t count)
{
    char *start = (char *)address + type->true_lb;
    if (LIKELY(type->is_contiguous))
        return (struct span){ start, count * type->size };
    MPI_Aint rest = (MPI_Aint)(count - 1) * type->extent;
    if (rest < 0) {
        start += rest;
        rest = -rest;
    }
    return (struct span){ start, (size_t)(rest + type->true_extent) };
}

/* An element of a type whose extent is smaller than its data would overlap
 * its neighbours; that is rare, right to send, and no case of its own here. */
bool layout_is_direct(const struct mpi_datatype *type, size_t block_bytes)
{
    if (LIKELY(type->is_contiguous))
        return true;
    size_t blocks = 0;
    for (size_t i = 0; i < type->block_count; i++) {
        blocks += type->blocks[i].count;
        if (blocks * block_bytes > type->size)
            return false;
    }
    const MPI_Aint stride = type->extent < 0 ? -type->extent : type->extent;
    const size_t most = LAYOUT_SPARSE * type->size;
    return (size_t)type->true_extent <= most && (size_t)stride <= most;
}

size_t layout_write(const struct layout *l, struct layout_wire *out)
{
    const size_t bytes = l->block_count * sizeof *l->blocks;
    out->extent = l->extent;
    out->size = l->size;
    memcpy(out->blocks, l->blocks, bytes);
    return sizeof *out + bytes;
}

struct layout layout_read(const struct layout_wire *in, uint64_t address,
                          size_t block_count, struct datatype_block *blocks)
{
    if (block_count == 0)
        return layout_of_run(address);
    memcpy(blocks, in->blocks, block_count * sizeof *blocks);
    return (struct layout){ .address = (uintptr_t)address,
                            .extent = (MPI_Aint)in->extent,
                            .size = in->size,
                            .block_count = block_count,
                            .blocks = blocks };
}

struct cursor cursor_at(const struct layout *l, uint64_t offset)
{
    struct cursor c = { .layout = l, .element = l->address };
    if (LIKELY(!l->blocks)) {
        c.element += offset;
        return c;
    }
    c.element += offset / l->size * (uintptr_t)l->extent;
    const size_t at = offset % l->size;
    const size_t low = datatype_block_at(l->blocks, l->block_count, at);
    c.block = low;
    c.repeat = (at - l->blocks[low].packed) / l->blocks[low].bytes;
    c.inside = (at - l->blocks[low].packed) % l->blocks[low].bytes;
    return c;
}

/* Past the end of a run: to the next one. */
static void step(struct cursor *c)
{
    const struct layout *l = c->layout;
    c->inside = 0;
    if (++c->repeat < l->blocks[c->block].count)
        return;
    c->repeat = 0;
    if (++c->block < l->block_count)
        return;
    c->block = 0;
    c->element += (uintptr_t)l->extent;
}

size_t cursor_take(struct cursor *c, size_t most, uintptr_t *address)
{
    if (LIKELY(!c->layout->blocks)) {
        *address = c->element;
        c->element += most;
        return most;
    }
    const struct datatype_block *b = &c->layout->blocks[c->block];
    *address = c->element + (uintptr_t)b->offset +
               c->repeat * (uintptr_t)b->stride + c->inside;
    size_t bytes = b->bytes - c->inside;
    if (bytes > most)
        bytes = most;
    c->inside += bytes;
    if (c->inside == b->bytes)
        step(c);
    return bytes;
}
