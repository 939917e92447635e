/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the arguments of a collective to a running schedule: choose, build,
 * start, wait.
 */
#include "collectives/coll.h"

#include "collectives/neighbors.h"
#include "collectives/node/node.h"
#include "collectives/schedule.h"
#include "collectives/schedule_pool.h"
#include "collectives/select.h"

size_t coll_bytes(const struct coll_args *a)
{
    if (UNLIKELY(a->kind >= COLL_GATHERV))
        return 0;
    switch (a->kind) {
    case COLL_BARRIER:
        return 0;
    case COLL_REDUCE_SCATTER_BLOCK:
        return span_bytes(a->recv);
    case COLL_BCAST:
        return span_bytes(a->recv);
    case COLL_SCATTER:
        return span_bytes(a->recv.address == MPI_IN_PLACE ? a->send : a->recv);
    default:
        return span_bytes(a->send.address == MPI_IN_PLACE ? a->recv : a->send);
    }
}

int coll_send_count(const struct coll_args *a)
{
    return a->kind >= COLL_NEIGHBOR_ALLGATHER
               ? neighbors_destination_count(a->comm)
               : a->comm->peer_count;
}

int coll_recv_count(const struct coll_args *a)
{
    return a->kind >= COLL_NEIGHBOR_ALLGATHER
               ? neighbors_source_count(a->comm)
               : a->comm->peer_count;
}

int coll_build(const struct coll_args *a, const struct algorithm *algorithm,
               struct schedule **out)
{
    struct schedule *s;
    int err = schedule_take(a->comm, &s);
    if (err != MPI_SUCCESS)
        return err;
    err = algorithm->build(s, a);
    if (err == MPI_SUCCESS)
        err = schedule_build_error(s);
    if (err != MPI_SUCCESS) {
        schedule_fail(s, err);
        schedule_give(s);
        return err;
    }
    *out = s;
    return MPI_SUCCESS;
}

/* The same answer at all ranks. */
static bool is_nothing(const struct coll_args *a)
{
    return a->kind != COLL_BARRIER && a->kind < COLL_GATHERV &&
           LIKELY(!comm_is_inter(a->comm)) && coll_bytes(a) == 0;
}

int coll_run(const struct coll_args *a)
{
    if (is_nothing(a))
        return MPI_SUCCESS;
    bool is_done = false;
    int err = MPI_SUCCESS;
    if (LIKELY(!select_is_set(a)))
        err = node_run(a, &is_done);
    return is_done ? err : coll_run_messages(a);
}

int coll_run_messages(const struct coll_args *a)
{
    struct schedule *s;
    int err = coll_build(a, select_algorithm(a), &s);
    if (err != MPI_SUCCESS)
        return err;
    schedule_start(s);
    err = schedule_wait(s);
    schedule_give(s);
    return err;
}

/* The types of blocks that have one each; nothing is sent of a bad one. */
static void keep_types(struct schedule *s, const struct blocks *b, int count)
{
    for (int i = 0; b && b->types && i < count; i++) {
        struct mpi_datatype *type = datatype_find(b->types[i]);
        if (type && number_at(b->counts, i) > 0) {
            datatype_retain(type);
            s->kept_types[s->kept_types_count++] = type;
        }
    }
}

static int keep_block_types(struct schedule *s, const struct coll_args *a)
{
    const int sent = coll_send_count(a), received = coll_recv_count(a);
    if ((!a->send_blocks || !a->send_blocks->types) &&
        (!a->recv_blocks || !a->recv_blocks->types))
        return MPI_SUCCESS;
    s->kept_types = schedule_scratch(s, (size_t)(sent + received) *
                                            sizeof *s->kept_types);
    if (!s->kept_types)
        return MPI_ERR_NO_MEM;
    keep_types(s, a->send_blocks, sent);
    keep_types(s, a->recv_blocks, received);
    return MPI_SUCCESS;
}

/* What is not significant at this rank has no type. */
static int keep_arguments(struct schedule *s, const struct coll_args *a)
{
    s->kept_type[0] = a->send.type;
    s->kept_type[1] = a->recv.type;
    for (unsigned i = 0; i < ARRAY_COUNT(s->kept_type); i++)
        if (s->kept_type[i])
            datatype_retain(s->kept_type[i]);
    s->kept_op = (struct mpi_op *)a->op;
    if (s->kept_op)
        op_retain(s->kept_op);
    s->kept_comm = a->comm;
    comm_retain(s->kept_comm);
    return keep_block_types(s, a);
}

static int build_and_keep(const struct coll_args *a, struct schedule **out)
{
    struct schedule *s;
    int err = coll_build(a, select_algorithm(a), &s);
    if (err != MPI_SUCCESS)
        return err;
    err = keep_arguments(s, a);
    if (err != MPI_SUCCESS) {
        schedule_fail(s, err);
        schedule_give(s);
        return err;
    }
    *out = s;
    return MPI_SUCCESS;
}

int coll_start(const struct coll_args *a, struct mpi_request **out)
{
    struct schedule *s;
    int err = build_and_keep(a, &s);
    if (err != MPI_SUCCESS)
        return err;
    schedule_launch(s);
    *out = &s->request;
    return MPI_SUCCESS;
}

int coll_init(const struct coll_args *a, struct mpi_request **out)
{
    struct schedule *s;
    int err = build_and_keep(a, &s);
    if (err != MPI_SUCCESS)
        return err;
    schedule_make_persistent(s);
    *out = &s->request;
    return MPI_SUCCESS;
}
