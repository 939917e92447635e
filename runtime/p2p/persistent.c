/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between start and completion `active` is the message's own request; when it
 * ends, its result becomes ours.
 */
#include "runtime/p2p/persistent.h"

#include <stdlib.h>

#include "runtime/base/process.h"

struct persistent {
    struct mpi_request base;
    struct message message;
    message_start *start;
    struct mpi_request *active; /* NULL while there is none */
};

static struct persistent *persistent_of(struct mpi_request *base)
{
    return CONTAINER_OF(base, struct persistent, base);
}

static void destroy_now(struct mpi_request *base)
{
    struct persistent *p = persistent_of(base);
    handle_remove(&base->object);
    datatype_release(p->message.type);
    comm_release(base->comm);
    free(p);
}

static void destroy(struct mpi_request *base)
{
    request_then(base, destroy_now, NULL);
}

static void finished(struct mpi_request *active)
{
    struct persistent *p = active->owner;
    int err = active->error;
    p->base.source = active->source;
    p->base.tag = active->tag;
    p->base.bytes = active->bytes;
    p->base.is_cancelled = active->is_cancelled;
    p->active = NULL;
    active->ops->release(active);
    request_complete(&p->base, err);
}

static int start(struct mpi_request *base)
{
    struct persistent *p = persistent_of(base);
    struct mpi_request *active;
    int err = p->start(&p->message, &active);
    if (err != MPI_SUCCESS)
        return err;
    base->is_complete = 0;
    base->is_inactive = false;
    p->active = active;
    request_then(active, finished, p);
    return MPI_SUCCESS;
}

static int cancel(struct mpi_request *base)
{
    struct mpi_request *active = persistent_of(base)->active;
    if (active && active->ops->cancel)
        return active->ops->cancel(active);
    return MPI_SUCCESS;
}

int persistent_create(const struct message *m, message_start *start_message,
                      struct mpi_request **out)
{
    static const struct request_ops ops = {
        .release = request_set_inactive,
        .start = start,
        .destroy = destroy,
        .cancel = cancel,
    };
    struct persistent *p = calloc(1, sizeof *p);
    if (!p)
        return MPI_ERR_NO_MEM;
    int err = request_init(&p->base, &ops,
                           &p2p_process(m->comm->p2p)->progress, m->comm);
    if (err != MPI_SUCCESS) {
        free(p);
        return err;
    }
    request_set_inactive(&p->base);
    p->message = *m;
    p->start = start_message;
    comm_retain(m->comm);
    datatype_retain(m->type);
    *out = &p->base;
    return MPI_SUCCESS;
}
