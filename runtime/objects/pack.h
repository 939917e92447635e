/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copying between a typed buffer and its packed form, in pieces.
 *
 * The packed form of count elements is count * type->size bytes. Both calls
 * take any window of it, so a message can be packed fragment by fragment
 * without state. Cost: one search for the first block, then the copies.
 */
#ifndef OBJECTS_PACK_H
#define OBJECTS_PACK_H

#include "runtime/objects/datatype.h"

/* Copy packed bytes [offset, offset + bytes) of the buffer to out. */
void pack_bytes(void *out, const void *buffer, const struct mpi_datatype *type,
                size_t offset, size_t bytes);

/* Copy `bytes` bytes from in to packed position offset of the buffer. */
void unpack_bytes(void *buffer, const void *in, const struct mpi_datatype *type,
                  size_t offset, size_t bytes);

#endif
