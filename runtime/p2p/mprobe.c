/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A matched message is the arrival itself, out of its queue.
 */
#include "runtime/p2p/mprobe.h"

#include <stdlib.h>

#include "runtime/p2p/engine.h"

/* Give the first message that m would receive to the user; there is one. */
static int take(const struct message *m, struct mpi_message **out)
{
    struct mpi_message *message = calloc(1, sizeof *message);
    if (!message)
        return MPI_ERR_NO_MEM;
    message->object = (struct object){ .kind = KIND_MESSAGE, .references = 1 };
    int err = handle_add(&message->object);
    if (err != MPI_SUCCESS) {
        free(message);
        return err;
    }
    struct match_entry *e = match_find_arrived(m->comm->match[m->channel],
                                               m->peer, m->tag);
    match_remove(e);
    message->arrival = CONTAINER_OF(e, struct arrival, entry);
    message->comm = m->comm;
    comm_retain(m->comm);
    *out = message;
    return MPI_SUCCESS;
}

int p2p_improbe(const struct message *m, bool *is_found, struct envelope *found,
                struct mpi_message **out)
{
    int err = p2p_iprobe(m, is_found, found);
    *out = NULL;
    if (err == MPI_SUCCESS && *is_found && m->peer != MPI_PROC_NULL)
        err = take(m, out);
    return err;
}

int p2p_mprobe(const struct message *m, struct envelope *found,
               struct mpi_message **out)
{
    int err = p2p_probe(m, found);
    *out = NULL;
    if (err == MPI_SUCCESS && m->peer != MPI_PROC_NULL)
        err = take(m, out);
    return err;
}

int p2p_mrecv_start(struct mpi_message *message, const struct message *m,
                    struct mpi_request **out)
{
    struct arrival *a = message->arrival;
    struct message receive = *m;
    receive.comm = message->comm;
    receive.peer = a->entry.source;
    receive.tag = a->entry.tag;
    struct p2p_request *r = request_create(message->comm->p2p, &receive);
    if (!r)
        return MPI_ERR_NO_MEM;
    *out = &r->base;
    deliver_to(r, a->world, (const struct packet *)a->packet, a->packet_bytes);
    arrival_free(message->comm->p2p, a);
    comm_release(message->comm);
    handle_remove(&message->object);
    free(message);
    return MPI_SUCCESS;
}
