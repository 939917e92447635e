/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What functions that take error handlers share.
 */
#ifndef API_ERRHANDLER_CALL_H
#define API_ERRHANDLER_CALL_H

#include "runtime/objects/errhandler.h"

/* A handler that the user has, predefined or for objects of kind; KIND_FREE:
 * of any. */
int check_errhandler(MPI_Errhandler handle, enum kind of,
                     struct mpi_errhandler **out);

#endif
