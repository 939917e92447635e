/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies between layouts. When one side is contiguous its memory is the packed
 * form of the other; when neither is, the data passes through a small window.
 */
#include "collectives/span.h"

#include <string.h>

#include "runtime/objects/pack.h"

enum { WINDOW_BYTES = 4096 };

static void copy_through_window(struct span to, struct span from)
{
    char window[WINDOW_BYTES];
    size_t total = span_bytes(from);
    for (size_t offset = 0; offset < total; offset += WINDOW_BYTES) {
        size_t bytes = total - offset;
        if (bytes > WINDOW_BYTES)
            bytes = WINDOW_BYTES;
        pack_bytes(window, from.address, from.type, offset, bytes);
        unpack_bytes(to.address, window, to.type, offset, bytes);
    }
}

void span_copy(struct span to, struct span from)
{
    size_t bytes = span_bytes(from);
    if (bytes == 0 || (to.address == from.address && to.type == from.type))
        return;
    if (span_is_contiguous(to) && span_is_contiguous(from))
        memcpy(span_first_byte(to), span_first_byte(from), bytes);
    else if (span_is_contiguous(to))
        pack_bytes(span_first_byte(to), from.address, from.type, 0, bytes);
    else if (span_is_contiguous(from))
        unpack_bytes(to.address, span_first_byte(from), to.type, 0, bytes);
    else
        copy_through_window(to, from);
}

size_t span_footprint(MPI_Count count, const struct mpi_datatype *type,
                      MPI_Aint *low)
{
    if (count == 0) {
        *low = 0;
        return 0;
    }
    MPI_Aint reach = (MPI_Aint)(count - 1) * type->extent;
    MPI_Aint first = type->true_lb + (reach < 0 ? reach : 0);
    MPI_Aint end = type->true_lb + type->true_extent + (reach > 0 ? reach : 0);
    *low = first;
    return (size_t)(end - first);
}
