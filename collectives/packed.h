/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A message as bytes that an algorithm may cut anywhere: the user's memory
 * where it is contiguous, else its packed form in scratch memory.
 */
#ifndef COLLECTIVES_PACKED_H
#define COLLECTIVES_PACKED_H

#include "collectives/schedule.h"

struct packed {
    char *data;
    size_t bytes;
};

/* Add the packing where this rank has the message. Errors: MPI_ERR_NO_MEM */
int packed_begin(struct schedule *s, struct span message, bool has_it,
                 struct packed *out);

/* Add the unpacking where this rank has received it. */
void packed_end(struct schedule *s, struct span message,
                const struct packed *p);

/* A part; what lies beyond the end is left out. */
struct span packed_at(const struct packed *p, size_t offset, size_t bytes);

#endif
