/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hints of communicators (MPI 5.0, 7.4.4). The assertions of the standard are
 * kept and told, others are not known and ignored. None changes what we do.
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/comm/comm.h"
#include "runtime/objects/info.h"

PROFILE(MPI_Comm_set_info);
int MPI_Comm_set_info(MPI_Comm comm, MPI_Info info)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c;
    struct mpi_info *i;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &i);
    if (err == MPI_SUCCESS)
        err = comm_add_hints(c, i);
    return api_result(c, err, "MPI_Comm_set_info");
}

PROFILE(MPI_Comm_get_info);
int MPI_Comm_get_info(MPI_Comm comm, MPI_Info *info_used)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c;
    struct mpi_info *i;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_pointer(info_used, "info_used");
    if (err == MPI_SUCCESS)
        err = comm_hints(c, &i);
    if (err == MPI_SUCCESS)
        err = info_give(i, info_used);
    return api_result(c, err, "MPI_Comm_get_info");
}
