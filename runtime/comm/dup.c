/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Communicators on the same ranks as their parent, or on a group of them that
 * every rank can name.
 */
#include "runtime/comm/comm.h"
#include "runtime/comm/context_id.h"
#include "runtime/comm/inter.h"
#include "runtime/comm/pairwise.h"
#include "runtime/objects/group.h"
#include "runtime/objects/topology.h"
#include "runtime/p2p/p2p.h"

int comm_dup(struct mpi_comm *parent, struct mpi_comm **out)
{
    int err = comm_is_inter(parent)
                  ? inter_dup(parent, out)
                  : comm_create_subset(parent, parent->group, out);
    if (err == MPI_SUCCESS)
        (*out)->topology = topology_retain(parent->topology);
    return err;
}

int comm_create_subset(struct mpi_comm *parent, struct mpi_group *group,
                       struct mpi_comm **out)
{
    if (comm_is_inter(parent))
        return inter_subset(parent, group, out);
    uint32_t context;
    int err = context_agree(parent, &context);
    if (err != MPI_SUCCESS)
        return err;
    if (group->rank == MPI_UNDEFINED) {
        context_drop(p2p_process(parent->p2p), context);
        *out = NULL;
        return MPI_SUCCESS;
    }
    return comm_create(parent->p2p, group, context, parent->errhandler, out);
}

/* For messages with this tag. */
struct tagged_group {
    struct mpi_comm *parent;
    struct mpi_group *group;
    int tag;
};

static int combine_over_group(const struct agreement *a,
                              struct context_mask *mask)
{
    const struct tagged_group *g = a->arg;
    return pairwise_and(g->parent, g->group, g->tag, mask);
}

int comm_create_group(struct mpi_comm *parent, struct mpi_group *group,
                      int tag, struct mpi_errhandler *errhandler,
                      struct mpi_comm **out)
{
    *out = NULL;
    if (group->rank == MPI_UNDEFINED)
        return MPI_SUCCESS;
    struct tagged_group tagged = { parent, group, tag };
    const struct agreement agreement = {
        .process = p2p_process(parent->p2p),
        .combine = combine_over_group,
        .arg = &tagged,
        .seed = parent->context + (uint32_t)tag + 1,
    };
    uint32_t context;
    int err = context_agree_by(&agreement, &context);
    if (err != MPI_SUCCESS)
        return err;
    return comm_create(parent->p2p, group, context, errhandler, out);
}
