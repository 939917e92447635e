/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What ends a wait that no message will end: a lost peer, or a receive taken
 * back. Requests in a backlog are not touched here, for their next post fails;
 * reads end by their completion. A receive from any source stays, as another
 * rank may still send.
 */
#define LOG_MODULE "p2p"
#include "runtime/p2p/engine.h"

#include <stdlib.h>

#include "runtime/base/log.h"

static void note(struct p2p *p2p, int world, int err)
{
    if (!p2p->peer_errors)
        p2p->peer_errors = calloc((size_t)p2p->process->world_count,
                                  sizeof(*p2p->peer_errors));
    if (p2p->peer_errors)
        p2p->peer_errors[world] = err;
    else
        log_error("out of memory: receives from rank %d of the job may wait "
                  "for ever", world);
}

/* Can only a packet of this rank of the job end r? */
static bool waits_for(const struct p2p_request *r, int world)
{
    switch (r->state) {
    case SEND_OFFERED:
    case RECV_DATA:
        return r->world == world;
    case RECV_POSTED:
        return r->entry.source != MPI_ANY_SOURCE &&
               r->base.comm->worlds[r->entry.source] == world;
    default:
        return false;
    }
}

static void end(struct p2p_request *r, int err)
{
    if (r->state == RECV_POSTED)
        match_remove(&r->entry);
    request_end(r, err);
}

void engine_peer_failed(void *arg, int world, int err)
{
    struct p2p *p2p = arg;
    note(p2p, world, err);
    for (struct request_slab *slab = p2p->slabs; slab; slab = slab->next)
        for (int i = 0; i < SLAB_REQUESTS; i++)
            if (waits_for(&slab->requests[i], world))
                end(&slab->requests[i], err);
}

void p2p_cancel_recv(struct mpi_request *base)
{
    struct p2p_request *r = request_of(base);
    if (!r || r->state != RECV_POSTED)
        return;
    base->is_cancelled = true;
    end(r, MPI_SUCCESS);
}
