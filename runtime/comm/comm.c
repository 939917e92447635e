/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a communicator object: context id, match queues, and shares in
 * what all communicators of the rank have in common.
 */
#include "runtime/comm/comm.h"

#include <stdlib.h>
#include <string.h>

#include "collectives/node/node.h"
#include "collectives/schedule_pool.h"
#include "runtime/base/process.h"
#include "runtime/comm/context_id.h"
#include "runtime/objects/errhandler.h"
#include "runtime/objects/group.h"
#include "runtime/objects/info.h"
#include "runtime/objects/session.h"
#include "runtime/objects/topology.h"
#include "runtime/p2p/bsend.h"
#include "runtime/p2p/p2p.h"

static void destroy_comm(struct mpi_comm *c)
{
    struct process *process = p2p_process(c->p2p);
    void *memory;
    MPI_Count bytes;
    bsend_detach(&c->buffer, &process->progress, &memory, &bytes);
    handle_remove(&c->object);
    if (comm_recent == c)
        comm_recent = &comm_none;
    node_forget(c);
    if (c->context != CONTEXT_COUNT) {
        p2p_close_context(c->p2p, c);
        context_release(process, c->context);
    }
    if (c->local)
        comm_release(c->local);
    if (c->remote_group)
        group_release(c->remote_group);
    topology_release(c->topology);
    schedule_pool_release(process);
    errhandler_release(c->errhandler);
    info_destroy(c->info);
    free(c->places);
    session_release(c->session);
    group_release(c->group);
    free(c);
}

/* The names of those that have one from the start (MPI 5.0, 7.8). */
static const char *first_name(uint32_t context)
{
    switch (context) {
    case CONTEXT_WORLD:
        return "MPI_COMM_WORLD";
    case CONTEXT_SELF:
        return "MPI_COMM_SELF";
    default:
        return "";
    }
}

static void fill(struct mpi_comm *c, struct p2p *p2p, struct mpi_group *group)
{
    c->object.kind = KIND_COMM;
    c->object.references = 1;
    c->destroy = destroy_comm;
    c->p2p = p2p;
    c->context = CONTEXT_COUNT; /* none yet */
    c->rank = group->rank;
    c->size = group->size;
    c->peer_count = group->size;
    c->worlds = group->worlds;
    c->group = group;
    group_retain(group);
}

int comm_prepare(struct p2p *p2p, struct mpi_group *group,
                 struct mpi_errhandler *errhandler, struct mpi_comm **out)
{
    struct mpi_comm *c = calloc(1, sizeof *c);
    if (!c)
        return MPI_ERR_NO_MEM;
    int err = schedule_pool_retain(p2p_process(p2p));
    if (err != MPI_SUCCESS) {
        free(c);
        return err;
    }
    fill(c, p2p, group);
    c->errhandler = errhandler;
    errhandler_retain(errhandler);
    c->session = group->session;
    if (c->session)
        session_retain(c->session);
    *out = c;
    return MPI_SUCCESS;
}

int comm_set_context(struct mpi_comm *c, uint32_t context)
{
    struct process *process = p2p_process(c->p2p);
    int err = context_retain(process, context);
    if (err != MPI_SUCCESS)
        return err;
    c->context = context;
    strcpy(c->name, first_name(context));
    return p2p_open_context(c->p2p, c);
}

int comm_create(struct p2p *p2p, struct mpi_group *group, uint32_t context,
                struct mpi_errhandler *errhandler, struct mpi_comm **out)
{
    struct mpi_comm *c;
    int err = comm_prepare(p2p, group, errhandler, &c);
    if (err != MPI_SUCCESS)
        return err;
    err = comm_set_context(c, context);
    if (err != MPI_SUCCESS)
        comm_release(c);
    else
        *out = c;
    return err;
}

void comm_set_remote(struct mpi_comm *c, struct mpi_group *remote,
                     struct mpi_comm *local)
{
    group_retain(remote);
    c->remote_group = remote;
    c->worlds = remote->worlds;
    c->peer_count = remote->size;
    if (c->short_count > 0)
        c->short_count = (unsigned)remote->size;
    c->local = local;
}

int comm_compare(const struct mpi_comm *a, const struct mpi_comm *b,
                 int *result)
{
    int local, remote = MPI_IDENT;
    if (a == b || comm_is_inter(a) != comm_is_inter(b)) {
        *result = a == b ? MPI_IDENT : MPI_UNEQUAL;
        return MPI_SUCCESS;
    }
    int err = group_compare(a->group, b->group, &local);
    if (err == MPI_SUCCESS && comm_is_inter(a))
        err = group_compare(a->remote_group, b->remote_group, &remote);
    if (err != MPI_SUCCESS)
        return err;
    if (local == MPI_UNEQUAL || remote == MPI_UNEQUAL)
        *result = MPI_UNEQUAL;
    else if (local == MPI_IDENT && remote == MPI_IDENT)
        *result = MPI_CONGRUENT;
    else
        *result = MPI_SIMILAR;
    return MPI_SUCCESS;
}
