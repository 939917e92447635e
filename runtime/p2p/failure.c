/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What ends a wait that no message will end: a lost peer, or a receive taken
 * back.
 *
 * A peer is lost when its connection fails, which the transport reports, or
 * when it died while the job goes on, which its launcher notes in the node
 * segment. It stays lost. Of a transport's failure, requests in a backlog are
 * not touched here, for their next post fails; reads end by their completion.
 *
 * A receive from any source may or may not be satisfied by the ranks that are
 * left. So each communicator's receives from any source hear of each loss
 * once: those that are posted at the time, else the next one. Later ones wait.
 * Its collectives fail from then on, for what they need of the lost rank would
 * never come (notice.c).
 */
#define LOG_MODULE "p2p"
#include "runtime/p2p/engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "runtime/base/error.h"
#include "runtime/base/log.h"

static bool has_member(const struct mpi_comm *comm, int world)
{
    for (int i = 0; i < comm->peer_count; i++)
        if (comm->worlds[i] == world)
            return true;
    return false;
}

/* The connection broke first; this is why it did. */
static void explain_loss(struct p2p *p2p, int world, int err)
{
    p2p->peer_errors[world] = err;
    LIST_FOR_EACH (node, &p2p->comms) {
        struct mpi_comm *comm = CONTAINER_OF(node, struct mpi_comm, link);
        if (has_member(comm, world))
            comm->collective_error = err;
    }
}

/* False when it was known. */
static bool note(struct p2p *p2p, int world, int err)
{
    const size_t count = (size_t)p2p->process->world_count;
    if (!p2p->peer_errors) {
        p2p->losses = calloc(count, sizeof(*p2p->losses));
        if (p2p->losses)
            p2p->peer_errors = calloc(count, sizeof(*p2p->peer_errors));
    }
    if (!p2p->peer_errors) {
        log_error("out of memory: receives from rank %d of the job may wait "
                  "for ever", world);
        return true;
    }
    if (p2p->peer_errors[world] != MPI_SUCCESS) {
        if (error_class_of(err) == MPI_ERR_PROC_ABORTED)
            explain_loss(p2p, world, err);
        return false;
    }
    p2p->peer_errors[world] = err;
    p2p->is_direct_allowed = false;
    p2p->losses[p2p->loss_count++] = world;
    p2p->endpoints[world] = NULL; /* the next use finds the error */
    return true;
}

static int make_any_source_error(int err)
{
    const char *sentence = error_sentence(err);
    return error_make(error_class_of(err), "a receive from any source may wait "
                      "for a rank that was lost: %s",
                      sentence ? sentence : "its connection failed");
}

int engine_untold_loss(struct mpi_comm *comm)
{
    const struct p2p *p2p = comm->p2p;
    while (comm->losses_told < p2p->loss_count) {
        int world = p2p->losses[comm->losses_told++];
        if (has_member(comm, world))
            return make_any_source_error(p2p->peer_errors[world]);
    }
    return MPI_SUCCESS;
}

/* Is r posted for any source, this rank of the job among them? */
static bool may_wait_for(const struct p2p_request *r, int world)
{
    return r->state == RECV_POSTED && r->entry.source == MPI_ANY_SOURCE &&
           has_member(r->base.comm, world);
}

/* Can only a packet of this rank of the job end r? */
static bool waits_for(const struct p2p_request *r, int world)
{
    switch (r->state) {
    case SEND_OFFERED:
        return r->world == world;
    case SEND_GRANTED:
    case RECV_GRANT:
        return r->world == world && !r->move->is_waiting &&
               r->move->pieces == 0;
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

/* End what needs this rank of the job. */
static void lose(struct p2p *p2p, int world, int err)
{
    if (!note(p2p, world, err))
        return;
    for (struct request_slab *slab = p2p->slabs; slab; slab = slab->next)
        for (int i = 0; i < SLAB_REQUESTS; i++) {
            struct p2p_request *r = &slab->requests[i];
            if (waits_for(r, world)) {
                end(r, err);
            } else if (may_wait_for(r, world)) {
                r->base.comm->losses_told = p2p->loss_count;
                end(r, make_any_source_error(err));
            }
        }
    struct direct_receive *d = &p2p->direct;
    if (d->envelope != DIRECT_NONE &&
        d->message->comm->worlds[d->message->peer] == world) {
        d->envelope = DIRECT_NONE;
        d->error = err;
        d->state = DIRECT_LOST;
    }
    LIST_FOR_EACH (node, &p2p->comms) {
        struct mpi_comm *comm = CONTAINER_OF(node, struct mpi_comm, link);
        if (has_member(comm, world))
            engine_fail_collectives(comm, collective_tag_of_all(comm), err);
    }
}

/* Does r wait in the backlog of its endpoint to this rank of the job? */
static bool is_in_backlog(const struct p2p_request *r, int world)
{
    switch (r->state) {
    case SEND_EAGER:
    case SEND_RTS:
    case SEND_CANCEL:
    case SEND_HUSH:
    case RECV_FIN:
        return r->world == world;
    case SEND_GRANTED:
    case RECV_READ:
    case RECV_GRANT:
        return r->world == world && r->move->is_waiting;
    default:
        return false;
    }
}

/* A dead process empties no ring, and its transport may not notice. */
static void clear_backlog(struct p2p *p2p, int world, int err)
{
    for (struct request_slab *slab = p2p->slabs; slab; slab = slab->next)
        for (int i = 0; i < SLAB_REQUESTS; i++) {
            struct p2p_request *r = &slab->requests[i];
            if (!is_in_backlog(r, world))
                continue;
            backlog_remove(r->ep, &r->backlog);
            /* What only lacks its FIN was received. */
            request_abort(r, r->state == RECV_FIN ? r->result : err);
        }
}

static int make_death_error(const struct node_death *death)
{
    const int status = death->wait_status;
    if (WIFSIGNALED(status))
        return error_make(MPI_ERR_PROC_ABORTED, "rank %d of the job was killed "
                          "by signal %d (%s)", death->world, WTERMSIG(status),
                          strsignal(WTERMSIG(status)));
    return error_make(MPI_ERR_PROC_ABORTED, "rank %d of the job exited with "
                      "code %d without calling MPI_Finalize", death->world,
                      WEXITSTATUS(status));
}

int engine_look_for_deaths(void *arg)
{
    struct p2p *p2p = arg;
    const struct node_segment *node = &p2p->process->node;
    const uint32_t count = node_segment_death_count(node);
    const int found = (int)(count - p2p->deaths_seen);
    while (UNLIKELY(p2p->deaths_seen < count)) {
        const struct node_death *death =
            node_segment_death(node, p2p->deaths_seen++);
        int err = make_death_error(death);
        clear_backlog(p2p, death->world, err);
        lose(p2p, death->world, err);
    }
    return found;
}

void engine_peer_failed(void *arg, int world, int err)
{
    struct p2p *p2p = arg;
    /* Its launcher may know better why. */
    if (p2p->process->node.pages)
        engine_look_for_deaths(p2p);
    lose(p2p, world, err);
}
