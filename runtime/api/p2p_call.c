/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of sends, receives and probes.
 */
#include "runtime/api/p2p_call.h"

#include "runtime/api/api.h"
#include "runtime/api/check.h"

static int prepare(const struct p2p_call *c, struct message *m)
{
    *m = (struct message){
        .buffer = (void *)(uintptr_t)c->buf,
        .count = c->count,
        .peer = c->peer,
        .tag = c->tag,
        .channel = CHANNEL_USER,
        .mode = SEND_STANDARD,
    };
    return check_comm(c->comm, &m->comm);
}

static int check_data(const struct p2p_call *c, struct message *m)
{
    int err = check_count(c->count);
    if (err == MPI_SUCCESS)
        err = check_committed(c->datatype, &m->type);
    return err;
}

/* The order is that of mpi_send.c and mpi_recv.c. */
int p2p_call_send(const struct p2p_call *c, struct message *m)
{
    int err = prepare(c, m);
    if (err == MPI_SUCCESS)
        err = check_data(c, m);
    if (err == MPI_SUCCESS)
        err = check_destination(c->peer, m->comm);
    if (err == MPI_SUCCESS)
        err = check_send_tag(c->tag);
    return err == MPI_SUCCESS ? check_buffer(c->buf, c->count, m->type) : err;
}

int p2p_call_recv(const struct p2p_call *c, struct message *m)
{
    int err = prepare(c, m);
    if (err == MPI_SUCCESS)
        err = check_data(c, m);
    if (err == MPI_SUCCESS)
        err = check_source(c->peer, m->comm);
    if (err == MPI_SUCCESS)
        err = check_recv_tag(c->tag);
    return err == MPI_SUCCESS ? check_buffer(c->buf, c->count, m->type) : err;
}

int p2p_call_probe(const struct p2p_call *c, struct message *m)
{
    int err = prepare(c, m);
    if (err == MPI_SUCCESS)
        err = check_source(c->peer, m->comm);
    if (err == MPI_SUCCESS)
        err = check_recv_tag(c->tag);
    return err;
}

int p2p_call_result(const struct message *m, int err, struct mpi_request *r,
                    MPI_Request *request, const char *function)
{
    if (err == MPI_SUCCESS)
        *request = request_handle(r);
    return api_result(m->comm, err, function);
}
