/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The external32 form of data: big-endian IEEE numbers of fixed sizes, one
 * after the other without gaps (MPI 5.0, 14.5.2).
 */
#ifndef OBJECTS_EXTERNAL_H
#define OBJECTS_EXTERNAL_H

#include "runtime/objects/datatype.h"

/* Bytes of one element in that form. */
size_t external_size(const struct mpi_datatype *type);

/*
 * Write count elements to out, or read them from in.
 * Errors   MPI_ERR_NO_MEM, MPI_ERR_CONVERSION code for a number that does not
 *          fit: then what came before it has been written
 */
int external_pack(void *out, const void *buffer,
                  const struct mpi_datatype *type, MPI_Count count);
int external_unpack(void *buffer, const void *in,
                    const struct mpi_datatype *type, MPI_Count count);

#endif
