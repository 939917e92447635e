/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How functions that make a group end.
 */
#ifndef API_GROUP_RESULT_H
#define API_GROUP_RESULT_H

#include "runtime/api/api.h"
#include "runtime/objects/group.h"

/* When err is MPI_SUCCESS, give the user a handle of g and drop our own
 * reference; then api_result. */
static inline int group_result(int err, struct mpi_group *g, MPI_Group *out,
                               const char *function)
{
    if (err == MPI_SUCCESS) {
        err = group_give(g, out);
        group_release(g);
    }
    return api_result(NULL, err, function);
}

#endif
