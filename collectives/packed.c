/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packing is a copy step before the others, unpacking one after them.
 */
#include "collectives/packed.h"

int packed_begin(struct schedule *s, struct span message, bool has_it,
                 struct packed *out)
{
    out->bytes = span_bytes(message);
    if (span_is_contiguous(message)) {
        out->data = span_first_byte(message);
        return MPI_SUCCESS;
    }
    out->data = schedule_scratch(s, out->bytes);
    if (!out->data)
        return MPI_ERR_NO_MEM;
    if (has_it)
        schedule_copy(s, span_packed(out->data, out->bytes), message);
    return MPI_SUCCESS;
}

void packed_end(struct schedule *s, struct span message,
                const struct packed *p)
{
    if (!span_is_contiguous(message))
        schedule_copy(s, message, span_packed(p->data, p->bytes));
}

struct span packed_at(const struct packed *p, size_t offset, size_t bytes)
{
    if (offset > p->bytes)
        offset = p->bytes;
    if (bytes > p->bytes - offset)
        bytes = p->bytes - offset;
    return span_packed(p->data + offset, bytes);
}
