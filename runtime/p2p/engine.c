/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine of a rank: opening and closing it, its request pool, and the
 * tables that are filled on first use (endpoints by rank, queues by context).
 */
#define LOG_MODULE "p2p"
#include "runtime/p2p/engine.h"

#include <stdlib.h>

#include "runtime/base/config.h"
#include "runtime/base/log.h"
#include "runtime/objects/pack.h"

enum { CONTEXTS_MAX = 1 << 20 };

static enum rendezvous choose_rendezvous(void)
{
    static const char *const names[] = { [RENDEZVOUS_AUTO] = "auto",
                                         [RENDEZVOUS_READ] = "read",
                                         [RENDEZVOUS_WRITE] = "write" };
    for (int i = 0; i < (int)ARRAY_COUNT(names); i++)
        if (strcmp(settings.rendezvous, names[i]) == 0)
            return (enum rendezvous)i;
    log_warn("BATON_RENDEZVOUS=%s: expected read, write or auto; taking auto",
             settings.rendezvous);
    settings.rendezvous = names[RENDEZVOUS_AUTO];
    return RENDEZVOUS_AUTO;
}

int p2p_open(struct process *process, const struct transport_ops *const *ops,
             unsigned count, struct p2p **out)
{
    struct p2p *p2p = calloc(1, sizeof *p2p);
    if (!p2p)
        return MPI_ERR_NO_MEM;
    p2p->process = process;
    p2p->counters = process->counters;
    p2p->direct.envelope = DIRECT_NONE;
    p2p->is_direct_allowed = true;
    p2p->rendezvous = choose_rendezvous();
    deliver_init(p2p);
    list_init(&p2p->comms);
    p2p->endpoints = calloc((size_t)process->world_count,
                            sizeof(*p2p->endpoints));
    int err = MPI_ERR_NO_MEM;
    if (p2p->endpoints && request_pool_grow(p2p) &&
        request_open_done() == MPI_SUCCESS)
        err = transports_open(process, &p2p->packets, ops, count,
                              &p2p->transports);
    if (err != MPI_SUCCESS) {
        p2p_close(p2p);
        return err;
    }
    if (process->node.pages) {
        process->progress.news = engine_look_for_deaths;
        process->progress.news_arg = p2p;
    }
    *out = p2p;
    return MPI_SUCCESS;
}

/* Messages that were sent to this rank and never received end here. */
static void match_destroy(struct p2p *p2p, struct match *m)
{
    LIST_FOR_EACH(node, &m->arrived) {
        struct arrival *a = CONTAINER_OF(node, struct arrival, entry.link);
        p2p->unexpected_bytes -= sizeof *a + a->packet_bytes;
        free(a);
    }
    match_fini(m);
    free(m);
}

void p2p_close(struct p2p *p2p)
{
    p2p->process->progress.news = NULL;
    if (p2p->transports)
        transports_close(p2p->transports);
    for (uint32_t i = 0; i < p2p->match_count; i++)
        if (p2p->matches[i])
            match_destroy(p2p, p2p->matches[i]);
    free(p2p->matches);
    while (p2p->slabs) {
        struct request_slab *slab = p2p->slabs;
        p2p->slabs = slab->next;
        for (int i = 0; i < SLAB_REQUESTS; i++)
            handle_remove(&slab->requests[i].base.object);
        free(slab);
    }
    free(p2p->endpoints);
    move_close_pool(p2p);
    free(p2p->peer_errors);
    free(p2p->losses);
    free(p2p->scratch);
    free(p2p->asked);
    free(p2p->hushed);
    free(p2p);
}

static void allow_short(struct mpi_comm *comm, bool is_allowed)
{
    comm->short_count = is_allowed ? (unsigned)comm->peer_count : 0;
}

void p2p_share(struct p2p *p2p, struct lock *lock)
{
    progress_share(&p2p->process->progress, lock);
    p2p->is_direct_allowed = !lock && !p2p->peer_errors;
    LIST_FOR_EACH(node, &p2p->comms)
        allow_short(CONTAINER_OF(node, struct mpi_comm, link), !lock);
}

void p2p_flush(struct p2p *p2p)
{
    struct backlog *backlog = transports_backlog(p2p->transports);
    while (!list_is_empty(&backlog->endpoints))
        progress_wait_round(&p2p->process->progress);
}

struct process *p2p_process(const struct p2p *p2p)
{
    return p2p->process;
}

/* Make room in p2p->matches for index wire_context. */
static bool grow_matches(struct p2p *p2p, uint32_t wire_context)
{
    if (wire_context >= CONTEXTS_MAX)
        return false;
    uint32_t count = p2p->match_count ? p2p->match_count : 16;
    while (count <= wire_context)
        count *= 2;
    struct match **matches = realloc(p2p->matches, count * sizeof(*matches));
    if (!matches)
        return false;
    for (uint32_t i = p2p->match_count; i < count; i++)
        matches[i] = NULL;
    p2p->matches = matches;
    p2p->match_count = count;
    return true;
}

struct match *engine_make_match(struct p2p *p2p, uint32_t wire_context)
{
    if (wire_context >= p2p->match_count && !grow_matches(p2p, wire_context))
        return NULL;
    struct match **m = &p2p->matches[wire_context];
    if (!*m) {
        *m = malloc(sizeof(**m));
        if (*m)
            match_init(*m);
    }
    return *m;
}

int p2p_open_context(struct p2p *p2p, struct mpi_comm *comm)
{
    list_init(&comm->link);
    const struct match_header header = {
        .context = wire_context(comm->context, CHANNEL_USER),
        .source = comm->rank,
    };
    comm->envelope = match_envelope(&header);
    for (int channel = 0; channel < CHANNELS; channel++) {
        uint32_t context = wire_context(comm->context, (enum channel)channel);
        comm->match[channel] = engine_match(p2p, context);
        if (!comm->match[channel])
            return MPI_ERR_NO_MEM;
    }
    list_append(&p2p->comms, &comm->link);
    allow_short(comm, !p2p->process->progress.lock);
    engine_take_notices(comm);
    return MPI_SUCCESS;
}

void p2p_close_context(struct p2p *p2p, struct mpi_comm *comm)
{
    if (comm->match[CHANNEL_USER])
        list_remove(&comm->link);
    for (int channel = 0; channel < CHANNELS; channel++) {
        uint32_t context = wire_context(comm->context, (enum channel)channel);
        if (comm->match[channel]) {
            match_destroy(p2p, comm->match[channel]);
            p2p->matches[context] = NULL;
            comm->match[channel] = NULL;
        }
    }
}

/* Scratch holds the largest packet of any transport in use. */
static int grow_scratch(struct p2p *p2p, size_t bytes)
{
    if (bytes <= p2p->scratch_bytes)
        return MPI_SUCCESS;
    void *scratch = realloc(p2p->scratch, bytes);
    if (!scratch)
        return MPI_ERR_NO_MEM;
    p2p->scratch = scratch;
    p2p->scratch_bytes = bytes;
    return MPI_SUCCESS;
}

int engine_connect(struct p2p *p2p, int world, struct endpoint **out)
{
    struct endpoint *ep;
    int err = engine_peer_error(p2p, world);
    if (err != MPI_SUCCESS)
        return err;
    if (p2p->hushed && p2p->hushed[world]) {
        *out = p2p->hushed[world];
        return MPI_SUCCESS;
    }
    err = transports_endpoint(p2p->transports, world, &ep);
    if (err != MPI_SUCCESS) {
        /* It cannot reach us either: nobody may wait for its messages. */
        engine_peer_failed(p2p, world, err);
        return err;
    }
    err = grow_scratch(p2p, ep->transport->max_packet_bytes);
    if (err != MPI_SUCCESS)
        return err;
    p2p->endpoints[world] = ep;
    *out = ep;
    return MPI_SUCCESS;
}

const void *engine_flat(struct p2p_request *r, uint64_t offset, size_t bytes)
{
    if (LIKELY(r->type->is_contiguous))
        return (const char *)engine_address(r) + offset;
    struct p2p *p2p = r->p2p;
    if (p2p->packed.request == r && p2p->packed.offset == offset &&
        p2p->packed.bytes == bytes)
        return p2p->scratch;
    pack_bytes(p2p->scratch, r->buffer, r->type, offset, bytes);
    counter_add(p2p->counters, COUNTER_PACKED_BYTES, bytes);
    p2p->packed.request = r;
    p2p->packed.offset = offset;
    p2p->packed.bytes = bytes;
    return p2p->scratch;
}

static void release(struct mpi_request *base)
{
    struct p2p_request *r = CONTAINER_OF(base, struct p2p_request, base);
    struct p2p *p2p = r->p2p;
    if (!r->type->is_predefined)
        datatype_release(r->type);
    comm_release(base->comm);
    base->object.kind = KIND_FREE;
    r->next_free = p2p->free_requests;
    p2p->free_requests = r;
}

static int cancel(struct mpi_request *base)
{
    p2p_cancel(base);
    return MPI_SUCCESS;
}

static const struct request_ops p2p_request_ops = { .release = release,
                                                    .cancel = cancel };

bool request_pool_grow(struct p2p *p2p)
{
    struct request_slab *slab = aligned_alloc(_Alignof(struct request_slab),
                                              sizeof *slab);
    if (!slab)
        return false;
    memset(slab, 0, sizeof *slab);
    slab->next = p2p->slabs;
    p2p->slabs = slab;
    for (int i = SLAB_REQUESTS - 1; i >= 0; i--) {
        struct p2p_request *r = &slab->requests[i];
        r->base.object.kind = KIND_FREE;
        r->base.ops = &p2p_request_ops;
        r->base.progress = &p2p->process->progress;
        r->p2p = p2p;
        if (handle_add(&r->base.object) != MPI_SUCCESS)
            return p2p->free_requests != NULL;
        r->next_free = p2p->free_requests;
        p2p->free_requests = r;
    }
    return true;
}

struct p2p_request *request_create(struct p2p *p2p, const struct message *m)
{
    if (UNLIKELY(!p2p->free_requests) && !request_pool_grow(p2p))
        return NULL;
    struct p2p_request *r = p2p->free_requests;
    p2p->free_requests = r->next_free;
    r->base.object.kind = KIND_REQUEST;
    r->base.is_complete = 0;
    r->base.is_cancelled = false;
    r->base.then = NULL;
    r->base.comm = m->comm;
    comm_retain(m->comm);
    r->buffer = m->buffer;
    r->type = m->type;
    if (!m->type->is_predefined)
        datatype_retain(m->type);
    r->capacity = (uint64_t)m->count * m->type->size;
    r->base.source = m->peer;
    r->base.tag = m->tag;
    r->base.bytes = 0;
    r->result = MPI_SUCCESS;
    r->mode = m->mode;
    return r;
}

struct p2p_request *request_of(struct mpi_request *base)
{
    return base->ops == &p2p_request_ops
               ? CONTAINER_OF(base, struct p2p_request, base)
               : NULL;
}

struct p2p_request *request_named(uint32_t name, int world)
{
    struct mpi_request *base = request_find((MPI_Request)(uintptr_t)name);
    struct p2p_request *r = base ? request_of(base) : NULL;
    if (!r || r->world != world) {
        log_error("rank %d of the job names request 0x%x, which is not "
                  "pending between us", world, name);
        return NULL;
    }
    return r;
}

void request_end(struct p2p_request *r, int error)
{
    if (UNLIKELY(r->move != NULL))
        move_destroy(r);
    if (UNLIKELY(r->region != NULL)) {
        struct transport *t = r->ep->transport;
        t->ops->release_region(t, r->region);
        r->region = NULL;
    }
    r->p2p->packed.request = NULL; /* r may be used anew */
    r->state = STATE_IDLE;
    request_complete(&r->base, error);
}
