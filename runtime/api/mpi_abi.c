/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the ABI says of itself (MPI 5.0, 20.2). Works at any time.
 */
#include "runtime/api/api.h"

#include <stdio.h>

#include "runtime/api/check.h"
#include "runtime/objects/info.h"

static int add_size(struct mpi_info *info, const char *key, size_t size)
{
    char number[32];
    snprintf(number, sizeof number, "%zu", size);
    return info_set(info, key, number);
}

PROFILE(MPI_Abi_get_info);
int MPI_Abi_get_info(MPI_Info *info)
{
    struct mpi_info *i = NULL;
    int err = check_pointer(info, "info");
    if (err == MPI_SUCCESS)
        err = info_create(&i);
    if (err == MPI_SUCCESS)
        err = add_size(i, "mpi_aint_size", sizeof(MPI_Aint));
    if (err == MPI_SUCCESS)
        err = add_size(i, "mpi_count_size", sizeof(MPI_Count));
    if (err == MPI_SUCCESS)
        err = add_size(i, "mpi_offset_size", sizeof(MPI_Offset));
    if (err == MPI_SUCCESS)
        err = info_give(i, info);
    else
        info_destroy(i);
    return api_result_anytime(err, "MPI_Abi_get_info");
}
