/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Both sides are persistent requests over one message for each partition of
 * the sender. The receiver learns from SETUP how many there are; until it has
 * come, a started receive waits. What the partitions of the two sides have in
 * common are bytes only, so a receiver whose type is not contiguous collects
 * them packed and unpacks at the end.
 */
#include "runtime/p2p/partitioned.h"

#include <limits.h>
#include <stdlib.h>

#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/objects/pack.h"

/* Tags that users cannot give; comm/ has the others of this channel. */
enum { FIRST_TAG = INT_MIN, TAGS = 1 << 30 };

struct setup {
    int32_t tag;        /* of the first partition */
    int32_t partitions; /* of the sender */
    uint64_t bytes;     /* of one */
};

/* One message of the sender's, at either side. */
struct part {
    struct partitioned *of;
    bool is_started; /* in this round: marked ready, or receive posted */
    bool is_done;
};

struct partitioned {
    struct mpi_request base;
    struct message message; /* one partition, as the user described it */
    int partitions;         /* the user's */
    bool is_receive;
    bool is_set_up;         /* setup is known to us; at a sender always */
    bool is_waiting;        /* a receive that was started before that */
    bool is_freed;
    struct setup setup;
    struct mpi_request *setup_request; /* NULL when it has ended */
    int setup_error;        /* with which every round ends */
    struct part *parts;     /* setup.partitions of them */
    int pending;            /* parts of this round that are not done */
    int result;
    void *packed;           /* where parts are collected, or NULL */
};

static struct partitioned *of(const struct mpi_request *base)
{
    return CONTAINER_OF((struct mpi_request *)(uintptr_t)base,
                        struct partitioned, base);
}

static void destroy_now(struct mpi_request *base)
{
    struct partitioned *p = of(base);
    handle_remove(&base->object);
    datatype_release(p->message.type);
    comm_release(base->comm);
    free(p->packed);
    free(p->parts);
    free(p);
}

/* The setup message still needs the request: it goes when that has ended. */
static void destroy_or_mark(struct mpi_request *base)
{
    struct partitioned *p = of(base);
    p->is_freed = true;
    if (p->setup_request && p->is_receive)
        p2p_cancel_recv(p->setup_request);
    else if (!p->setup_request)
        destroy_now(base);
}

static void destroy(struct mpi_request *base)
{
    request_then(base, destroy_or_mark, NULL);
}

static void finish_round(struct partitioned *p)
{
    if (p->packed && p->result == MPI_SUCCESS)
        unpack_bytes(p->message.buffer, p->packed, p->message.type, 0,
                     p->setup.bytes * (size_t)p->setup.partitions);
    p->base.source = p->message.peer;
    p->base.tag = p->message.tag;
    p->base.bytes = p->is_receive
                        ? p->setup.bytes * (uint64_t)p->setup.partitions
                        : 0;
    request_complete(&p->base, p->result);
}

static void part_done(struct mpi_request *r)
{
    struct part *part = r->owner;
    struct partitioned *p = part->of;
    if (r->error != MPI_SUCCESS)
        p->result = r->error;
    r->ops->release(r);
    part->is_done = true;
    if (--p->pending == 0)
        finish_round(p);
}

/* The message of part i: bytes at their place in the packed whole. */
static struct message part_message(const struct partitioned *p, int i)
{
    struct message m = p->message;
    m.tag = (int)(FIRST_TAG + (int64_t)p->setup.tag + i);
    m.channel = CHANNEL_INTERNAL;
    return m;
}

static int post_receive(struct partitioned *p, int i)
{
    struct message m = part_message(p, i);
    char *start = p->packed
                      ? p->packed
                      : (char *)m.buffer + m.type->true_lb;
    m.buffer = start + p->setup.bytes * (size_t)i;
    m.count = (MPI_Count)p->setup.bytes;
    m.type = datatype_find(MPI_BYTE);
    struct mpi_request *r;
    int err = p2p_recv_start(&m, &r);
    if (err == MPI_SUCCESS)
        request_then(r, part_done, &p->parts[i]);
    return err;
}

/* Post the round's receives; the size of both sides is known. */
static void post_receives(struct partitioned *p)
{
    p->pending = p->setup.partitions + 1;
    for (int i = 0; i < p->setup.partitions; i++) {
        int err = p->result == MPI_SUCCESS ? post_receive(p, i) : p->result;
        p->parts[i].is_started = true;
        if (err != MPI_SUCCESS) {
            p->result = err;
            p->pending--;
        }
    }
    if (--p->pending == 0)
        finish_round(p);
}

static int make_parts(struct partitioned *p)
{
    p->parts = calloc((size_t)p->setup.partitions + 1, sizeof *p->parts);
    if (!p->parts)
        return MPI_ERR_NO_MEM;
    for (int i = 0; i < p->setup.partitions; i++)
        p->parts[i].of = p;
    return MPI_SUCCESS;
}

/* What the user's buffer holds, both sides alike. */
static uint64_t whole_bytes(const struct partitioned *p)
{
    return (uint64_t)p->partitions * (uint64_t)p->message.count *
           p->message.type->size;
}

/* A sender that has more than we have room for is an error of every round. */
static int prepare_receiver(struct partitioned *p)
{
    const uint64_t bytes = p->setup.bytes * (uint64_t)p->setup.partitions;
    if (bytes > whole_bytes(p))
        return error_make(MPI_ERR_TRUNCATE, "%d partitions of %llu bytes do "
                          "not fit the %llu bytes of the receive",
                          p->setup.partitions,
                          (unsigned long long)p->setup.bytes,
                          (unsigned long long)whole_bytes(p));
    if (!p->message.type->is_contiguous) {
        p->packed = malloc(bytes ? bytes : 1);
        if (!p->packed)
            return MPI_ERR_NO_MEM;
    }
    return make_parts(p);
}

static void fail_round(struct partitioned *p, int err)
{
    p->result = err;
    request_complete(&p->base, err);
}

static void setup_received(struct mpi_request *r)
{
    struct partitioned *p = r->owner;
    int err = r->error;
    bool is_cancelled = r->is_cancelled;
    r->ops->release(r);
    p->setup_request = NULL;
    if (p->is_freed || is_cancelled) {
        destroy_now(&p->base);
        return;
    }
    if (err == MPI_SUCCESS)
        err = prepare_receiver(p);
    p->is_set_up = err == MPI_SUCCESS;
    p->setup_error = err;
    if (!p->is_waiting)
        return;
    p->is_waiting = false;
    if (err == MPI_SUCCESS)
        post_receives(p);
    else
        fail_round(p, err);
}

static void setup_sent(struct mpi_request *r)
{
    struct partitioned *p = r->owner;
    r->ops->release(r);
    p->setup_request = NULL;
    if (p->is_freed)
        destroy_now(&p->base);
}

static int start(struct mpi_request *base)
{
    struct partitioned *p = of(base);
    base->is_complete = 0;
    base->is_inactive = false;
    p->result = MPI_SUCCESS;
    for (int i = 0; p->parts && i < p->setup.partitions; i++)
        p->parts[i].is_started = p->parts[i].is_done = false;
    p->pending = p->setup.partitions;
    if (p->message.peer == MPI_PROC_NULL && p->is_receive)
        request_complete(base, MPI_SUCCESS);
    else if (p->is_receive && p->is_set_up)
        post_receives(p);
    else if (p->is_receive && !p->setup_request)
        fail_round(p, p->setup_error);
    else if (p->is_receive)
        p->is_waiting = true;
    else if (p->partitions == 0)
        finish_round(p);
    return MPI_SUCCESS;
}

static const struct request_ops send_ops = {
    .release = request_set_inactive, .start = start, .destroy = destroy,
};

static const struct request_ops recv_ops = {
    .release = request_set_inactive, .start = start, .destroy = destroy,
};

static int create(const struct message *m, int partitions,
                  const struct request_ops *ops, struct partitioned **out)
{
    struct partitioned *p = calloc(1, sizeof *p);
    if (!p)
        return MPI_ERR_NO_MEM;
    int err = request_init(&p->base, ops,
                           &p2p_process(m->comm->p2p)->progress, m->comm);
    if (err != MPI_SUCCESS) {
        free(p);
        return err;
    }
    request_set_inactive(&p->base);
    p->base.source = m->peer;
    p->base.tag = m->peer == MPI_PROC_NULL ? MPI_ANY_TAG : m->tag;
    p->message = *m;
    p->partitions = partitions;
    p->is_receive = ops == &recv_ops;
    comm_retain(m->comm);
    datatype_retain(m->type);
    *out = p;
    return MPI_SUCCESS;
}

/* The message that carries setup from one side to the other. */
static struct message setup_message(struct partitioned *p)
{
    struct message m = p->message;
    m.buffer = &p->setup;
    m.count = sizeof p->setup;
    m.type = datatype_find(MPI_BYTE);
    m.channel = CHANNEL_INTERNAL;
    return m;
}

/* Tags for that many partitions, which no other send of comm has. */
static int take_tags(struct mpi_comm *comm, int partitions, int *tag)
{
    if (partitions > TAGS - comm->partitioned_tag)
        return error_make(MPI_ERR_OTHER, "the communicator has had %d "
                          "partitions, and can have no more", TAGS);
    *tag = comm->partitioned_tag;
    comm->partitioned_tag += partitions;
    return MPI_SUCCESS;
}

int partitioned_send_init(const struct message *m, int partitions,
                          struct mpi_request **out)
{
    struct partitioned *p;
    int tag = 0;
    int err = take_tags(m->comm, partitions, &tag);
    if (err == MPI_SUCCESS)
        err = create(m, partitions, &send_ops, &p);
    if (err != MPI_SUCCESS)
        return err;
    p->setup = (struct setup){ .tag = tag, .partitions = partitions,
                               .bytes = (uint64_t)m->count * m->type->size };
    err = make_parts(p);
    const struct message setup = setup_message(p);
    if (err == MPI_SUCCESS)
        err = p2p_send_start(&setup, &p->setup_request);
    if (err != MPI_SUCCESS) {
        destroy_now(&p->base);
        return err;
    }
    request_then(p->setup_request, setup_sent, p);
    *out = &p->base;
    return MPI_SUCCESS;
}

int partitioned_recv_init(const struct message *m, int partitions,
                          struct mpi_request **out)
{
    struct partitioned *p;
    int err = create(m, partitions, &recv_ops, &p);
    if (err != MPI_SUCCESS)
        return err;
    *out = &p->base;
    if (m->peer == MPI_PROC_NULL)
        return MPI_SUCCESS;
    const struct message setup = setup_message(p);
    err = p2p_recv_start(&setup, &p->setup_request);
    if (err != MPI_SUCCESS)
        destroy_now(&p->base);
    else
        request_then(p->setup_request, setup_received, p);
    return err;
}

bool partitioned_is_send(const struct mpi_request *r)
{
    return r->ops == &send_ops;
}

bool partitioned_is_receive(const struct mpi_request *r)
{
    return r->ops == &recv_ops;
}

int partitioned_count(const struct mpi_request *r)
{
    return of(r)->partitions;
}

int partitioned_ready(struct mpi_request *base, int i)
{
    struct partitioned *p = of(base);
    if (p->parts[i].is_started)
        return error_make(MPI_ERR_ARG, "partition %d is ready already", i);
    struct message m = part_message(p, i);
    m.buffer = (char *)m.buffer + (MPI_Aint)i * m.count * m.type->extent;
    struct mpi_request *r;
    int err = p2p_send_start(&m, &r);
    if (err != MPI_SUCCESS)
        return err;
    p->parts[i].is_started = true;
    request_then(r, part_done, &p->parts[i]);
    return MPI_SUCCESS;
}

bool partitioned_has_arrived(const struct mpi_request *base, int i)
{
    const struct partitioned *p = of(base);
    if (base->is_complete)
        return true;
    if (!p->is_set_up)
        return false;
    const uint64_t own = whole_bytes(p) / (uint64_t)p->partitions;
    const uint64_t from = own * (uint64_t)i, to = from + own;
    for (int k = 0; k < p->setup.partitions; k++) {
        uint64_t at = p->setup.bytes * (uint64_t)k;
        if (at < to && at + p->setup.bytes > from && !p->parts[k].is_done)
            return false;
    }
    return !p->packed; /* what was collected is unpacked at the end */
}
