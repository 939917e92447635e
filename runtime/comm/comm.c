/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a communicator object: context id, match queues, and shares in
 * what all communicators of the rank have in common.
 */
#include "runtime/comm/comm.h"

#include <stdlib.h>
#include <string.h>

#include "collectives/schedule_pool.h"
#include "runtime/base/process.h"
#include "runtime/comm/context_id.h"
#include "runtime/objects/errhandler.h"
#include "runtime/objects/group.h"
#include "runtime/objects/info.h"
#include "runtime/objects/session.h"
#include "runtime/p2p/bsend.h"
#include "runtime/p2p/p2p.h"

static void destroy_comm(struct mpi_comm *c)
{
    struct process *process = p2p_process(c->p2p);
    void *memory;
    MPI_Count bytes;
    bsend_detach(&c->buffer, &process->progress, &memory, &bytes);
    handle_remove(&c->object);
    p2p_close_context(c->p2p, c);
    context_release(process, c->context);
    schedule_pool_release(process);
    errhandler_release(c->errhandler);
    info_destroy(c->info);
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
    c->rank = group->rank;
    c->size = group->size;
    c->worlds = group->worlds;
    c->group = group;
}

int comm_create(struct p2p *p2p, struct mpi_group *group, uint32_t context,
                struct mpi_errhandler *errhandler, struct mpi_comm **out)
{
    struct process *process = p2p_process(p2p);
    struct mpi_comm *c = calloc(1, sizeof *c);
    if (!c)
        return MPI_ERR_NO_MEM;
    fill(c, p2p, group);
    int err = schedule_pool_retain(process);
    if (err != MPI_SUCCESS)
        goto free_comm;
    err = context_retain(process, context);
    if (err != MPI_SUCCESS)
        goto release_pool;
    c->context = context;
    strcpy(c->name, first_name(context));
    err = p2p_open_context(p2p, c);
    if (err != MPI_SUCCESS)
        goto release_context;
    c->errhandler = errhandler;
    errhandler_retain(errhandler);
    group_retain(group);
    *out = c;
    return MPI_SUCCESS;
release_context:
    context_release(process, context);
release_pool:
    schedule_pool_release(process);
free_comm:
    free(c);
    return err;
}

static bool has_world(const struct mpi_comm *c, int world)
{
    for (int r = 0; r < c->size; r++)
        if (c->worlds[r] == world)
            return true;
    return false;
}

int comm_compare(const struct mpi_comm *a, const struct mpi_comm *b)
{
    if (a == b)
        return MPI_IDENT;
    if (a->size != b->size)
        return MPI_UNEQUAL;
    if (memcmp(a->worlds, b->worlds, (size_t)a->size * sizeof(int)) == 0)
        return MPI_CONGRUENT;
    for (int r = 0; r < a->size; r++)
        if (!has_world(b, a->worlds[r]))
            return MPI_UNEQUAL;
    return MPI_SIMILAR;
}
