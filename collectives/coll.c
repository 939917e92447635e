/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the arguments of a collective to a running schedule: choose, build,
 * start, wait.
 */
#include "collectives/coll.h"

#include "collectives/schedule.h"
#include "collectives/schedule_pool.h"
#include "collectives/select.h"
#include "runtime/p2p/p2p.h"

size_t coll_bytes(const struct coll_args *a)
{
    switch (a->kind) {
    case COLL_BARRIER:
        return 0;
    case COLL_BCAST:
        return span_bytes(a->recv);
    case COLL_SCATTER:
        return span_bytes(a->recv.address == MPI_IN_PLACE ? a->send : a->recv);
    default:
        return span_bytes(a->send.address == MPI_IN_PLACE ? a->recv : a->send);
    }
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
        p2p_fail_collectives(a->comm, s->tag, err);
        schedule_give(s);
        return err;
    }
    *out = s;
    return MPI_SUCCESS;
}

int coll_run(const struct coll_args *a)
{
    if (a->kind != COLL_BARRIER && coll_bytes(a) == 0)
        return MPI_SUCCESS;
    struct schedule *s;
    int err = coll_build(a, select_algorithm(a), &s);
    if (err != MPI_SUCCESS)
        return err;
    schedule_start(s);
    err = schedule_wait(s);
    schedule_give(s);
    return err;
}

/* What is not significant at this rank has no type. */
static void keep_arguments(struct schedule *s, const struct coll_args *a)
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
}

int coll_start(const struct coll_args *a, struct mpi_request **out)
{
    struct schedule *s;
    int err = coll_build(a, select_algorithm(a), &s);
    if (err != MPI_SUCCESS)
        return err;
    keep_arguments(s, a);
    schedule_launch(s);
    *out = &s->request;
    return MPI_SUCCESS;
}
