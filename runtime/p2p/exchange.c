/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The request follows two others. The blocking form needs none of its own.
 */
#include "runtime/p2p/exchange.h"

#include <stdlib.h>

#include "runtime/base/process.h"
#include "runtime/objects/pack.h"

struct exchange {
    struct mpi_request base;
    struct mpi_request *receive; /* NULL when it has ended */
    int waits_for;               /* halves, and one while we are starting */
    int send_error, recv_error;
    void *copy;                  /* of what is sent, or NULL */
};

static void release(struct mpi_request *base)
{
    struct exchange *x = CONTAINER_OF(base, struct exchange, base);
    handle_remove(&base->object);
    comm_release(base->comm);
    free(x->copy);
    free(x);
}

static void one_less(struct exchange *x)
{
    if (--x->waits_for > 0)
        return;
    request_complete(&x->base, x->recv_error != MPI_SUCCESS ? x->recv_error
                                                            : x->send_error);
}

static void received(struct mpi_request *r)
{
    struct exchange *x = r->owner;
    x->receive = NULL;
    x->base.source = r->source;
    x->base.tag = r->tag;
    x->base.bytes = r->bytes;
    x->recv_error = r->error;
    r->ops->release(r);
    one_less(x);
}

static void sent(struct mpi_request *r)
{
    struct exchange *x = r->owner;
    x->send_error = r->error;
    r->ops->release(r);
    /* Who cannot send must not wait for the answer of a ring that stands
     * still. */
    if (x->send_error != MPI_SUCCESS && x->receive)
        p2p_cancel_recv(x->receive);
    one_less(x);
}

static int create(struct mpi_comm *comm, struct exchange **out)
{
    static const struct request_ops ops = { .release = release };
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        return MPI_ERR_NO_MEM;
    int err = request_init(&x->base, &ops, &p2p_process(comm->p2p)->progress,
                           comm);
    if (err != MPI_SUCCESS) {
        free(x);
        return err;
    }
    comm_retain(comm);
    *out = x;
    return MPI_SUCCESS;
}

static int start(struct exchange *x, const struct message *send,
                 const struct message *recv)
{
    struct mpi_request *r;
    int err = p2p_recv_start(recv, &x->receive);
    if (err != MPI_SUCCESS)
        return err;
    x->waits_for = 3;
    request_then(x->receive, received, x);
    err = p2p_send_start(send, &r);
    if (err == MPI_SUCCESS) {
        request_then(r, sent, x);
    } else {
        x->send_error = err;
        if (x->receive)
            p2p_cancel_recv(x->receive);
        one_less(x);
    }
    one_less(x);
    return MPI_SUCCESS;
}

int exchange_start(const struct message *send, const struct message *recv,
                   struct mpi_request **out)
{
    struct exchange *x;
    int err = create(send->comm, &x);
    if (err != MPI_SUCCESS)
        return err;
    err = start(x, send, recv);
    if (err != MPI_SUCCESS)
        release(&x->base);
    else
        *out = &x->base;
    return err;
}

int exchange_run(const struct message *send, const struct message *recv,
                 MPI_Status *status)
{
    struct mpi_request *receive;
    int err = p2p_recv_start(recv, &receive);
    if (err != MPI_SUCCESS)
        return err;
    int send_err = p2p_send(send);
    if (UNLIKELY(send_err != MPI_SUCCESS))
        p2p_cancel_recv(receive); /* as in `sent` */
    err = request_wait(receive, status);
    return err != MPI_SUCCESS ? err : send_err;
}

int exchange_replace_start(const struct message *send,
                           const struct message *recv,
                           struct mpi_request **out)
{
    const size_t bytes = (size_t)send->count * send->type->size;
    struct message copy = *send;
    struct exchange *x;
    int err = create(send->comm, &x);
    if (err != MPI_SUCCESS)
        return err;
    x->copy = malloc(bytes ? bytes : 1);
    if (x->copy) {
        pack_bytes(x->copy, send->buffer, send->type, 0, bytes);
        copy.buffer = x->copy;
        copy.count = (MPI_Count)bytes;
        copy.type = datatype_find(MPI_BYTE);
        err = start(x, &copy, recv);
    } else {
        err = MPI_ERR_NO_MEM;
    }
    if (err != MPI_SUCCESS)
        release(&x->base);
    else
        *out = &x->base;
    return err;
}
