/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Communicators on the same ranks as their parent, or on a group of them that
 * every rank can name.
 */
#include "runtime/comm/comm.h"
#include "runtime/comm/context_id.h"
#include "runtime/objects/group.h"

int comm_dup(struct mpi_comm *parent, struct mpi_comm **out)
{
    return comm_create_group(parent, parent->group, out);
}

int comm_create_group(struct mpi_comm *parent, struct mpi_group *group,
                      struct mpi_comm **out)
{
    uint32_t context;
    int err = context_agree(parent, &context);
    if (err != MPI_SUCCESS)
        return err;
    if (group->rank == MPI_UNDEFINED) {
        *out = NULL;
        return MPI_SUCCESS;
    }
    return comm_create(parent->p2p, group, context, parent->errhandler, out);
}
