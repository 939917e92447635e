/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the datatype constructors share: arrays of counts and displacements
 * come in three widths and are copied to MPI_Count, so that all forms of a
 * constructor are one.
 */
#ifndef API_TYPE_ARGS_H
#define API_TYPE_ARGS_H

#include <stddef.h>

#include <mpi.h>

struct mpi_datatype;
struct recipe;

/* An array of int, MPI_Aint or MPI_Count; entry_bytes tells which. */
struct array {
    const void *entries;
    size_t entry_bytes; /* 0: there is no array */
};

#define ARRAY(name) {name, sizeof *(name)}

/*
 * Copy n entries; *out is freed by the caller, and left alone when there is no
 * array.
 * Errors   MPI_ERR_ARG for a null pointer, MPI_ERR_NO_MEM
 */
int array_copy(const struct array *from, MPI_Count n, MPI_Count **out);

/* Keep how t was made; on failure t is released. Errors: MPI_ERR_NO_MEM */
int type_record(struct recipe *r, struct mpi_datatype *t);

/* The end of a constructor: when err is MPI_SUCCESS, give the user a handle of
 * t; then api_result. */
int type_result(int err, struct mpi_datatype *t, MPI_Datatype *out,
                const char *function);

#endif
