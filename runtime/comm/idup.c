/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A copy that is agreed on behind the user's back, by one schedule:
 *
 *   1. all learn which ids are free everywhere;
 *   2. each holds those of a few candidates that are still free here;
 *   3. the lowest id that all hold is taken, the others are given back.
 *
 * Holding is what makes two agreements under way at a time safe. Ranks may come
 * to two of them in different orders, and then neither gets an id that is a
 * candidate of both: so candidates lie scattered, those of each agreement in a
 * way of its own, and two of them share one or none. They are among the upper
 * half of the ids, which blocking agreements seldom come near.
 *
 * A reduction over an intercommunicator brings each side what the other has.
 * So there it is done twice: the second one brings back what one's own side has.
 * Its copy takes two ids, the second one for the communicator of each side.
 */
#include <stdlib.h>
#include <string.h>

#include "collectives/schedule_pool.h"
#include "collectives/select.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/comm/comm.h"
#include "runtime/comm/context_id.h"
#include "runtime/objects/topology.h"
#include "runtime/p2p/p2p.h"

enum { CANDIDATES = 16, UPPER = CONTEXT_COUNT / 2 };

/* In scratch memory of the schedule. */
struct idup {
    struct context_mask mine, agreed, held, final;
    struct context_mask theirs, ours; /* of an intercommunicator's sides */
    struct mpi_comm *parent, *made;
    uint32_t seed; /* the same at all ranks, no other agreement's here */
};

static bool is_free(const struct context_mask *mask, uint32_t id)
{
    return mask->free[id / 8] >> id % 8 & 1;
}

static struct process *process_of(const struct idup *d)
{
    return p2p_process(d->made->p2p);
}

/* The i-th id to look at: the upper half in an order of the seed's, where an
 * odd stride comes by all of it, then downwards. */
static uint32_t candidate(uint32_t seed, uint32_t i)
{
    const uint32_t mixed = seed * 2654435761u; /* 2^32 over the golden ratio */
    if (i < UPPER)
        return UPPER + ((mixed >> 20) + i * (mixed >> 8 | 1)) % UPPER;
    return CONTEXT_COUNT - 1 - i;
}

static int hold(void *arg)
{
    struct idup *d = arg;
    int count = 0;
    memset(&d->held, 0, sizeof d->held);
    for (uint32_t i = 0;
         i < CONTEXT_COUNT - CONTEXT_FIRST && count < CANDIDATES; i++) {
        const uint32_t id = candidate(d->seed, i);
        if (!is_free(&d->agreed, id))
            continue;
        count++;
        if (!is_free(context_mask(process_of(d)), id))
            continue;
        int err = context_retain(process_of(d), id);
        if (err != MPI_SUCCESS)
            return err;
        d->held.free[id / 8] |= (uint8_t)(1u << id % 8);
    }
    return MPI_SUCCESS;
}

/* comm_set_context marks the id that was chosen once more. */
static int settle(void *arg)
{
    struct idup *d = arg;
    uint32_t chosen;
    int err = context_lowest(&d->final, &chosen);
    for (uint32_t id = CONTEXT_FIRST; id < CONTEXT_COUNT; id++)
        if (is_free(&d->held, id))
            context_release(process_of(d), id);
    if (err == MPI_SUCCESS)
        err = comm_set_context(d->made, chosen);
    if (err != MPI_SUCCESS || !d->made->local)
        return err;
    d->final.free[chosen / 8] &= (uint8_t)~(1u << chosen % 8);
    err = context_lowest(&d->final, &chosen);
    return err == MPI_SUCCESS ? comm_set_context(d->made->local, chosen) : err;
}

static int join_agreed(void *arg)
{
    struct idup *d = arg;
    d->agreed = d->theirs;
    context_mask_and(&d->agreed, &d->ours);
    return MPI_SUCCESS;
}

static int join_final(void *arg)
{
    struct idup *d = arg;
    d->final = d->theirs;
    context_mask_and(&d->final, &d->ours);
    return MPI_SUCCESS;
}

static int add_reduction(struct schedule *s, struct mpi_comm *parent,
                         struct context_mask *from, struct context_mask *to)
{
    struct mpi_datatype *byte = datatype_find(MPI_UINT8_T);
    const struct coll_args args = {
        .kind = COLL_ALLREDUCE,
        .comm = parent,
        .send = { from, CONTEXT_MASK_BYTES, byte },
        .recv = { to, CONTEXT_MASK_BYTES, byte },
        .op = op_find(MPI_BAND),
    };
    int err = select_algorithm(&args)->build(s, &args);
    schedule_end_round(s);
    return err;
}

/* All learn the bitwise and of `from`: in `to`, or for `join` to put there. */
static int add_agreement(struct schedule *s, struct idup *d,
                         struct context_mask *from, struct context_mask *to,
                         int (*join)(void *idup))
{
    struct mpi_comm *parent = d->parent;
    if (!comm_is_inter(parent))
        return add_reduction(s, parent, from, to);
    int err = add_reduction(s, parent, from, &d->theirs);
    if (err == MPI_SUCCESS)
        err = add_reduction(s, parent, &d->theirs, &d->ours);
    schedule_call(s, join, d);
    schedule_end_round(s);
    return err;
}

static int build(struct schedule *s, struct mpi_comm *parent,
                 struct mpi_comm *made)
{
    struct idup *d = schedule_scratch(s, sizeof *d);
    if (!d)
        return MPI_ERR_NO_MEM;
    d->parent = parent;
    d->made = made;
    d->seed = parent->context + CONTEXT_COUNT * parent->idups++;
    d->mine = *context_mask(p2p_process(parent->p2p));
    int err = add_agreement(s, d, &d->mine, &d->agreed, join_agreed);
    schedule_call(s, hold, d);
    schedule_end_round(s);
    if (err == MPI_SUCCESS)
        err = add_agreement(s, d, &d->held, &d->final, join_final);
    schedule_call(s, settle, d);
    schedule_end_round(s);
    return err == MPI_SUCCESS ? schedule_build_error(s) : err;
}

/* The copy, which has no context yet. */
static int prepare(struct mpi_comm *parent, struct mpi_comm **out)
{
    struct mpi_comm *made, *local;
    int err = comm_prepare(parent->p2p, parent->group, parent->errhandler,
                           &made);
    if (err != MPI_SUCCESS)
        return err;
    made->topology = topology_retain(parent->topology);
    if (comm_is_inter(parent)) {
        err = comm_prepare(parent->p2p, parent->group, parent->errhandler,
                           &local);
        if (err != MPI_SUCCESS) {
            comm_release(made);
            return err;
        }
        comm_set_remote(made, parent->remote_group, local);
    }
    *out = made;
    return MPI_SUCCESS;
}

int comm_idup(struct mpi_comm *parent, struct mpi_comm **out,
              struct mpi_request **request)
{
    struct mpi_comm *made;
    struct schedule *s;
    int err = prepare(parent, &made);
    if (err != MPI_SUCCESS)
        return err;
    err = schedule_take(parent, &s);
    if (err != MPI_SUCCESS)
        goto release_made;
    err = build(s, parent, made);
    if (err != MPI_SUCCESS)
        goto give_schedule;
    s->kept_comm = parent;
    comm_retain(parent);
    schedule_launch(s);
    *out = made;
    *request = &s->request;
    return MPI_SUCCESS;
give_schedule:
    schedule_give(s);
release_made:
    comm_release(made);
    return err;
}
