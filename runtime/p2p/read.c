/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading another rank's memory without a message, where a transport does that
 * at once: for collectives whose ranks have told each other where to read.
 */
#include "runtime/p2p/engine.h"

bool p2p_can_read(struct mpi_comm *comm, int rank)
{
    struct endpoint *ep;
    return engine_endpoint(comm->p2p, comm->worlds[rank], &ep) ==
               MPI_SUCCESS &&
           ep->transport->ops->gets_at_once && ep->can_get;
}

int p2p_read(struct mpi_comm *comm, int rank, void *to, uint64_t from,
             size_t bytes)
{
    struct endpoint *ep;
    const struct slice slice = { to, bytes };
    const struct transfer get = { .slices = &slice, .slice_count = 1,
                                  .bytes = bytes, .remote_address = from,
                                  .is_mutual = true };
    int err = engine_endpoint(comm->p2p, comm->worlds[rank], &ep);
    if (err != MPI_SUCCESS)
        return err;
    return ep->transport->ops->get(ep, &get) == POST_DONE ? MPI_SUCCESS
                                                          : ep->error;
}
