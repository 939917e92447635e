/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starting receives, and looking for messages without receiving them.
 */
#include "runtime/p2p/engine.h"

#include <stdlib.h>

static void receive_from_nobody(struct p2p_request *r)
{
    r->base.source = MPI_PROC_NULL;
    r->base.tag = MPI_ANY_TAG;
    request_end(r, MPI_SUCCESS);
}

/* Why no message for m can come any more, or may not, or MPI_SUCCESS. */
static int lost(const struct message *m)
{
    if (LIKELY(!m->comm->p2p->peer_errors) || m->peer == MPI_PROC_NULL)
        return MPI_SUCCESS;
    return m->peer == MPI_ANY_SOURCE
               ? engine_untold_loss(m->comm)
               : engine_peer_error(m->comm->p2p, m->comm->worlds[m->peer]);
}

static void post(struct p2p_request *r, struct match *match)
{
    r->state = RECV_POSTED;
    r->entry.source = r->base.source;
    r->entry.tag = r->base.tag;
    match_post(match, &r->entry);
}

int p2p_recv_start(const struct message *m, struct mpi_request **out)
{
    struct p2p_request *r = request_create(m->comm->p2p, m);
    if (!r)
        return MPI_ERR_NO_MEM;
    *out = &r->base;
    if (UNLIKELY(m->peer == MPI_PROC_NULL)) {
        receive_from_nobody(r);
        return MPI_SUCCESS;
    }
    struct match *match = m->comm->match[m->channel];
    struct match_entry *found = match_find_arrived(match, m->peer, m->tag);
    if (!found) {
        int err = lost(m);
        if (UNLIKELY(err != MPI_SUCCESS))
            request_end(r, err);
        else
            post(r, match);
        return MPI_SUCCESS;
    }
    match_remove(found);
    struct arrival *a = CONTAINER_OF(found, struct arrival, entry);
    deliver_to(r, a->world, (const struct packet *)a->packet, a->packet_bytes);
    arrival_free(m->comm->p2p, a);
    return MPI_SUCCESS;
}

/* May m be received without a request? See struct direct_receive. */
static bool is_direct(const struct message *m)
{
    if (m->peer < 0 || m->tag < 0 || !m->type->is_contiguous ||
        m->channel != CHANNEL_USER)
        return false;
    const struct match *match = m->comm->match[m->channel];
    return list_is_empty(&match->posted) && list_is_empty(&match->arrived) &&
           LIKELY(m->comm->p2p->is_direct_allowed);
}

/* A direct receive ends otherwise than by a message taken. */
static COLD int end_directly(const struct message *m, MPI_Status *status)
{
    const struct direct_receive *d = &m->comm->p2p->direct;
    if (d->state == DIRECT_IS_REQUEST)
        return request_wait(d->request, status);
    status_set(status, m->peer, m->tag, 0);
    return d->error;
}

static int receive_directly(const struct message *m, MPI_Status *status)
{
    struct p2p *p2p = m->comm->p2p;
    struct direct_receive *d = &p2p->direct;
    const struct match_header header = {
        .context = wire_context(m->comm->context, m->channel),
        .source = m->peer,
    };
    d->state = DIRECT_WAITS;
    d->message = m;
    d->tag = (uint32_t)m->tag;
    d->envelope = match_envelope(&header);
    progress_wait(&p2p->process->progress, &d->state);
    if (UNLIKELY(d->state != DIRECT_TAKEN))
        return end_directly(m, status);
    status_set(status, m->peer, m->tag, d->bytes);
    return MPI_SUCCESS;
}

int p2p_recv(const struct message *m, MPI_Status *status)
{
    if (LIKELY(is_direct(m)))
        return receive_directly(m, status);
    struct mpi_request *r;
    int err = p2p_recv_start(m, &r);
    return LIKELY(err == MPI_SUCCESS) ? request_wait(r, status) : err;
}

static bool find(const struct message *m, struct envelope *found)
{
    if (m->peer == MPI_PROC_NULL) {
        *found = (struct envelope){ .source = MPI_PROC_NULL,
                                    .tag = MPI_ANY_TAG };
        return true;
    }
    struct match_entry *e = match_find_arrived(m->comm->match[m->channel],
                                               m->peer, m->tag);
    if (!e)
        return false;
    const struct arrival *a = CONTAINER_OF(e, struct arrival, entry);
    found->source = e->source;
    found->tag = e->tag;
    found->bytes = deliver_message_bytes((const struct packet *)a->packet,
                                         a->packet_bytes);
    return true;
}

int p2p_iprobe(const struct message *m, bool *is_found, struct envelope *found)
{
    *is_found = find(m, found);
    if (*is_found)
        return MPI_SUCCESS;
    progress_round(&m->comm->p2p->process->progress);
    *is_found = find(m, found);
    return *is_found ? MPI_SUCCESS : lost(m);
}

int p2p_probe(const struct message *m, struct envelope *found)
{
    struct progress *progress = &m->comm->p2p->process->progress;
    while (!find(m, found)) {
        int err = lost(m);
        if (UNLIKELY(err != MPI_SUCCESS))
            return err;
        progress_wait_round(progress);
    }
    return MPI_SUCCESS;
}
