/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Trees of basic elements. Counting follows the one path of nodes that the end
 * of the message cuts.
 */
#include "runtime/objects/signature.h"

#include <stdlib.h>

int signature_create(struct signature_part *parts, size_t part_count,
                     struct signature **out)
{
    if (part_count == 1 && parts[0].count == 1) {
        *out = parts[0].of;
        free(parts);
        return MPI_SUCCESS;
    }
    struct signature *s = calloc(1, sizeof *s);
    if (!s)
        return MPI_ERR_NO_MEM;
    s->references = 1;
    s->parts = parts;
    s->part_count = part_count;
    for (size_t i = 0; i < part_count; i++) {
        s->bytes += (uint64_t)parts[i].count * parts[i].of->bytes;
        s->external_bytes +=
            (uint64_t)parts[i].count * parts[i].of->external_bytes;
        s->elements += parts[i].count * parts[i].of->elements;
    }
    *out = s;
    return MPI_SUCCESS;
}

void signature_retain(struct signature *s)
{
    s->references++;
}

void signature_release(struct signature *s)
{
    if (--s->references > 0)
        return;
    for (size_t i = 0; i < s->part_count; i++)
        signature_release(s->parts[i].of);
    free(s->parts);
    free(s);
}

/* Take at most `most` whole elements of s off *bytes; returns how many. */
static MPI_Count take(const struct signature *s, MPI_Count most,
                      uint64_t *bytes)
{
    uint64_t n = *bytes / s->bytes;
    if (n > (uint64_t)most)
        n = (uint64_t)most;
    *bytes -= n * s->bytes;
    return (MPI_Count)n;
}

/* Take whole parts of s off *bytes and add their basic elements to *n; returns
 * the node in which the bytes end, NULL for a basic element. */
static const struct signature *descend(const struct signature *s,
                                       uint64_t *bytes, MPI_Count *n)
{
    for (size_t i = 0; i < s->part_count; i++) {
        const struct signature_part *part = &s->parts[i];
        MPI_Count whole = take(part->of, part->count, bytes);
        *n += whole * part->of->elements;
        if (whole < part->count)
            return part->of;
    }
    return NULL;
}

MPI_Count signature_elements(const struct signature *s, uint64_t bytes)
{
    if (bytes == 0)
        return 0;
    if (s->bytes == 0)
        return MPI_UNDEFINED;
    MPI_Count n = take(s, INT64_MAX, &bytes) * s->elements;
    while (bytes > 0) {
        s = descend(s, &bytes, &n);
        if (!s)
            return MPI_UNDEFINED;
    }
    return n;
}

/* As descend, by elements: the node in which they end, NULL when none is left. */
static const struct signature *descend_elements(const struct signature *s,
                                                MPI_Count *elements,
                                                uint64_t *bytes)
{
    for (size_t i = 0; i < s->part_count && *elements > 0; i++) {
        const struct signature_part *part = &s->parts[i];
        MPI_Count whole = *elements / part->of->elements;
        if (whole > part->count)
            whole = part->count;
        *elements -= whole * part->of->elements;
        *bytes += (uint64_t)whole * part->of->bytes;
        if (whole < part->count)
            return part->of;
    }
    return NULL;
}

uint64_t signature_bytes(const struct signature *s, MPI_Count elements)
{
    if (s->elements == 0)
        return 0;
    uint64_t bytes = (uint64_t)(elements / s->elements) * s->bytes;
    elements %= s->elements;
    while (s && elements > 0)
        s = descend_elements(s, &elements, &bytes);
    return bytes;
}
