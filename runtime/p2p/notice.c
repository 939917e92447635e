/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Collectives that fail at some rank, so that no other waits for its messages.
 *
 * When an operation fails at a rank, it and all later ones of the communicator
 * fail at all ranks; operations that all ranks can finish are not disturbed.
 * Of a death every rank hears from its launcher. Of anything else the rank
 * where it happened sends notices: empty messages whose tag is the operation's,
 * on a channel of their own. Notices are few: a rank sends one to each other
 * rank of a communicator, once.
 *
 * A rank that has given an operation up receives nothing for it. So it answers
 * offers (RTS) for it with a refusal: the sender must not take its buffer back
 * while somebody might still read it.
 */
#include "runtime/p2p/engine.h"

#include <stdlib.h>

#include "runtime/base/error.h"

static void tell(struct mpi_comm *comm, int tag)
{
    const struct p2p *p2p = comm->p2p;
    for (int i = 1; i <= comm->peer_count; i++) {
        const int rank = (comm->rank + i) % comm->peer_count;
        if (rank == comm->rank && !comm_is_inter(comm))
            continue;
        if (engine_peer_error(p2p, comm->worlds[rank]) != MPI_SUCCESS)
            continue;
        const struct message m = {
            .type = datatype_find(MPI_BYTE),
            .peer = rank,
            .tag = tag,
            .comm = comm,
            .channel = CHANNEL_NOTICE,
            .mode = SEND_STANDARD,
        };
        struct mpi_request *request;
        if (p2p_send_start(&m, &request) == MPI_SUCCESS)
            request_free(request);
    }
}

void p2p_fail_collectives(struct mpi_comm *comm, int tag, int err)
{
    const bool is_told = comm->has_told ||
                         error_class_of(err) == MPI_ERR_PROC_ABORTED;
    comm->has_told = true;
    engine_fail_collectives(comm, tag, err);
    if (!is_told)
        tell(comm, tag);
}

/* Offers that were kept until their receive would be posted. */
static void refuse_kept(struct mpi_comm *comm)
{
    LIST_FOR_EACH (node, &comm->match[CHANNEL_COLLECTIVE]->arrived) {
        struct match_entry *e = CONTAINER_OF(node, struct match_entry, link);
        struct arrival *a = CONTAINER_OF(e, struct arrival, entry);
        const struct packet *packet = (const struct packet *)a->packet;
        if (!collective_tag_is_from(e->tag, comm->failed_tag))
            continue;
        match_remove(e);
        if (packet->type == PACKET_RTS)
            deliver_refuse(comm, a->world,
                           ((const struct rts_header *)packet)->request,
                           comm->collective_error);
        arrival_free(comm->p2p, a);
    }
}

void engine_fail_collectives(struct mpi_comm *comm, int tag, int err)
{
    if (comm->collective_error != MPI_SUCCESS &&
        collective_tag_is_from(tag, comm->failed_tag))
        return;
    comm->failed_tag = tag;
    comm->collective_error = err;
    comm->p2p->has_failed_comm = true;
    comm->p2p->process->progress.failures++; /* those that run are to look */
    refuse_kept(comm);
}

static void take_notice(struct mpi_comm *comm, int rank, int tag)
{
    comm->has_told = true; /* the sender has told all */
    engine_fail_collectives(comm, tag,
                            error_make(MPI_ERR_OTHER, "a collective operation "
                                       "failed at rank %d of the communicator, "
                                       "whose own error says why", rank));
}

void engine_take_notices(struct mpi_comm *comm)
{
    const struct p2p *p2p = comm->p2p;
    LIST_FOR_EACH (node, &comm->match[CHANNEL_NOTICE]->arrived) {
        struct match_entry *e = CONTAINER_OF(node, struct match_entry, link);
        match_remove(e);
        take_notice(comm, e->source, e->tag);
        free(CONTAINER_OF(e, struct arrival, entry));
    }
    for (int i = 0; UNLIKELY(p2p->peer_errors != NULL) && i < comm->peer_count;
         i++) {
        int err = engine_peer_error(p2p, comm->worlds[i]);
        if (err != MPI_SUCCESS)
            engine_fail_collectives(comm, 0, err);
    }
}

bool engine_disposes(struct p2p *p2p, int world,
                     const struct match_header *header)
{
    const int tag = (int)header->packet.word;
    struct mpi_comm *comm = NULL;
    LIST_FOR_EACH (node, &p2p->comms) {
        struct mpi_comm *c = CONTAINER_OF(node, struct mpi_comm, link);
        if (c->context == header->context / CHANNELS)
            comm = c;
    }
    if (!comm)
        return false; /* it is kept until there is one */
    if (header->context % CHANNELS == CHANNEL_NOTICE) {
        take_notice(comm, header->source, tag);
        return true;
    }
    const int err = comm_collective_error(comm, tag);
    if (err != MPI_SUCCESS && header->packet.type == PACKET_RTS)
        deliver_refuse(comm, world,
                       ((const struct rts_header *)header)->request, err);
    return err != MPI_SUCCESS;
}
