/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Some elements at a time are packed as they are here; then the type's
 * signature is followed, which tells what each number in them is.
 */
#include "runtime/objects/external.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/error.h"
#include "runtime/base/platform.h"
#include "runtime/objects/pack.h"
#include "runtime/objects/signature.h"

enum { CHUNK_BYTES = 64 << 10 };

enum direction { WRITE, READ };

/* Where the next number stands in either form. */
struct cursor {
    enum direction direction;
    char *here;
    char *external;
};

size_t external_size(const struct mpi_datatype *type)
{
    return type->signature->external_bytes;
}

static void turn_round(char *to, const char *from, size_t bytes)
{
    if (!IS_LITTLE_ENDIAN || bytes == 1) {
        memcpy(to, from, bytes);
        return;
    }
    for (size_t i = 0; i < bytes; i++)
        to[i] = from[bytes - 1 - i];
}

/* A number of `bytes` bytes that is the same in both forms but for order. */
static void move_plain(struct cursor *c, size_t bytes)
{
    if (c->direction == WRITE)
        turn_round(c->external, c->here, bytes);
    else
        turn_round(c->here, c->external, bytes);
    c->here += bytes;
    c->external += bytes;
}

/* An integer that is narrower in the external form. */
static int move_integer(struct cursor *c, size_t here_bytes,
                        size_t external_bytes, bool is_signed)
{
    const unsigned shift = 64 - 8 * (unsigned)external_bytes;
    uint64_t value = 0;
    struct cursor narrow = { c->direction, (char *)&value, c->external };
    if (c->direction == READ) {
        move_plain(&narrow, external_bytes);
        if (is_signed)
            value = (uint64_t)((int64_t)(value << shift) >> shift);
        memcpy(c->here, &value, here_bytes);
    } else {
        memcpy(&value, c->here, here_bytes);
        const uint64_t back =
            is_signed ? (uint64_t)((int64_t)(value << shift) >> shift)
                      : value << shift >> shift;
        if (back != value)
            return error_make(MPI_ERR_CONVERSION, "the number 0x%llx does not "
                              "fit the %zu bytes it has in external32",
                              (unsigned long long)value, external_bytes);
        move_plain(&narrow, external_bytes);
    }
    c->here += here_bytes;
    c->external += external_bytes;
    return MPI_SUCCESS;
}

static void move_quad(struct cursor *c)
{
    FLOAT128 quad;
    long double number;
    struct cursor same = { c->direction, (char *)&quad, c->external };
    if (c->direction == WRITE) {
        memcpy(&number, c->here, sizeof number);
        quad = (FLOAT128)number;
    }
    move_plain(&same, sizeof quad);
    if (c->direction == READ) {
        number = (long double)quad;
        memcpy(c->here, &number, sizeof number);
    }
    c->here += sizeof number;
    c->external += sizeof quad;
}

static int move_number(struct cursor *c, const struct signature *s)
{
    switch (s->form) {
    case EXTERNAL_SIGNED:
        return move_integer(c, s->unit, 4, true);
    case EXTERNAL_UNSIGNED:
        return move_integer(c, s->unit, 4, false);
    case EXTERNAL_WIDE:
        return move_integer(c, s->unit, 2, false);
    case EXTERNAL_QUAD:
        move_quad(c);
        return MPI_SUCCESS;
    default:
        move_plain(c, s->unit);
        return MPI_SUCCESS;
    }
}

/* count times what s describes. */
static int convert(struct cursor *c, const struct signature *s,
                   MPI_Count count)
{
    int err = MPI_SUCCESS;
    if (s->bytes == 0)
        return MPI_SUCCESS;
    if (s->part_count == 0)
        count *= (MPI_Count)(s->bytes / s->unit);
    for (MPI_Count i = 0; i < count && err == MPI_SUCCESS; i++) {
        if (s->part_count == 0)
            err = move_number(c, s);
        for (size_t p = 0; p < s->part_count && err == MPI_SUCCESS; p++)
            err = convert(c, s->parts[p].of, s->parts[p].count);
    }
    return err;
}

/* Elements that are converted at a time. */
static MPI_Count chunk_of(const struct mpi_datatype *type, MPI_Count count)
{
    MPI_Count n = (MPI_Count)(CHUNK_BYTES / type->size);
    if (n == 0)
        n = 1;
    return n < count ? n : count;
}

int external_pack(void *out, const void *buffer,
                  const struct mpi_datatype *type, MPI_Count count)
{
    if (type->size == 0 || count == 0)
        return MPI_SUCCESS;
    const MPI_Count chunk = chunk_of(type, count);
    char *here = malloc((size_t)chunk * type->size);
    int err = here ? MPI_SUCCESS : MPI_ERR_NO_MEM;
    struct cursor c = { .direction = WRITE, .external = out };
    for (MPI_Count i = 0; i < count && err == MPI_SUCCESS; i += chunk) {
        const MPI_Count n = chunk < count - i ? chunk : count - i;
        pack_bytes(here, buffer, type, (size_t)i * type->size,
                   (size_t)n * type->size);
        c.here = here;
        err = convert(&c, type->signature, n);
    }
    free(here);
    return err;
}

int external_unpack(void *buffer, const void *in,
                    const struct mpi_datatype *type, MPI_Count count)
{
    if (type->size == 0 || count == 0)
        return MPI_SUCCESS;
    const MPI_Count chunk = chunk_of(type, count);
    char *here = calloc((size_t)chunk, type->size);
    int err = here ? MPI_SUCCESS : MPI_ERR_NO_MEM;
    struct cursor c = { .direction = READ, .external = (char *)(uintptr_t)in };
    for (MPI_Count i = 0; i < count && err == MPI_SUCCESS; i += chunk) {
        const MPI_Count n = chunk < count - i ? chunk : count - i;
        c.here = here;
        err = convert(&c, type->signature, n);
        if (err == MPI_SUCCESS)
            unpack_bytes(buffer, here, type, (size_t)i * type->size,
                         (size_t)n * type->size);
    }
    free(here);
    return err;
}
