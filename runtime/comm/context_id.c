/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bit per id, set while the id is free, so that the bitwise and over all
 * ranks leaves what is free everywhere.
 */
#include "runtime/comm/context_id.h"

#include <stdlib.h>
#include <string.h>

#include "collectives/coll.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/objects/comm.h"
#include "runtime/p2p/p2p.h"

struct context_ids {
    unsigned used;
    struct context_mask mask;
};

static uint8_t bit(uint32_t id)
{
    return (uint8_t)(1u << id % 8);
}

int context_retain(struct process *process, uint32_t id)
{
    struct context_ids *ids = process->contexts;
    if (!ids) {
        ids = malloc(sizeof *ids);
        if (!ids)
            return MPI_ERR_NO_MEM;
        ids->used = 0;
        memset(&ids->mask, 0xff, sizeof ids->mask);
        process->contexts = ids;
    }
    ids->mask.free[id / 8] &= (uint8_t)~bit(id);
    ids->used++;
    return MPI_SUCCESS;
}

void context_release(struct process *process, uint32_t id)
{
    struct context_ids *ids = process->contexts;
    ids->mask.free[id / 8] |= bit(id);
    if (--ids->used == 0) {
        process->contexts = NULL;
        free(ids);
    }
}

const struct context_mask *context_mask(struct process *process)
{
    return &process->contexts->mask;
}

void context_mask_and(struct context_mask *mask,
                      const struct context_mask *other)
{
    for (size_t i = 0; i < sizeof mask->free; i++)
        mask->free[i] &= other->free[i];
}

int context_lowest(const struct context_mask *mask, uint32_t *id)
{
    for (uint32_t i = CONTEXT_FIRST; i < CONTEXT_COUNT; i++)
        if (mask->free[i / 8] & bit(i)) {
            *id = i;
            return MPI_SUCCESS;
        }
    return error_make(MPI_ERR_OTHER, "no context id is free at all ranks: %d "
                      "communicators exist at most; free some",
                      CONTEXT_COUNT - CONTEXT_FIRST);
}

/* The first id of the mask from `first` on, going round. */
static int pick(const struct context_mask *mask, uint32_t first, uint32_t *id)
{
    const uint32_t count = CONTEXT_COUNT - CONTEXT_FIRST;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t candidate = CONTEXT_FIRST + (first + i) % count;
        if (mask->free[candidate / 8] & bit(candidate)) {
            *id = candidate;
            return MPI_SUCCESS;
        }
    }
    return context_lowest(mask, id); /* says what is wrong */
}

static bool hold(struct process *process, uint32_t id)
{
    uint8_t *byte = &process->contexts->mask.free[id / 8];
    const bool is_free = *byte & bit(id);
    *byte &= (uint8_t)~bit(id);
    return is_free;
}

void context_drop(struct process *process, uint32_t id)
{
    process->contexts->mask.free[id / 8] |= bit(id);
}

/*
 * Another thread may agree on an id with other ranks meanwhile, and while this
 * one waits it may take what is free here now. So an id is held before it
 * counts, and given up again when not all could hold it. Where to look first
 * depends on who agrees and on the attempt, so that two agreements under way
 * seldom meet, and then not for ever.
 */
static int agree_among_threads(const struct agreement *a, uint32_t *id)
{
    enum { STRIDE = 97, ATTEMPTS = 1000 };
    for (uint32_t attempt = 0; attempt < ATTEMPTS; attempt++) {
        struct context_mask mask = *context_mask(a->process);
        int err = a->combine(a, &mask);
        if (err == MPI_SUCCESS)
            err = pick(&mask, a->seed * (STRIDE + attempt), id);
        if (err != MPI_SUCCESS)
            return err;
        const bool is_held = hold(a->process, *id);
        memset(&mask, 0, sizeof mask);
        if (is_held)
            mask.free[*id / 8] = bit(*id);
        err = a->combine(a, &mask);
        if (err == MPI_SUCCESS && mask.free[*id / 8])
            return MPI_SUCCESS;
        if (is_held)
            context_drop(a->process, *id);
        if (err != MPI_SUCCESS)
            return err;
    }
    return error_make(MPI_ERR_OTHER, "threads that create communicators at the "
                      "same time kept taking the same context ids");
}

int context_agree_by(const struct agreement *a, uint32_t *id)
{
    if (UNLIKELY(a->process->progress.lock != NULL))
        return agree_among_threads(a, id);
    struct context_mask mask = *context_mask(a->process);
    int err = a->combine(a, &mask);
    return err == MPI_SUCCESS ? context_lowest(&mask, id) : err;
}

int context_combine(struct mpi_comm *comm, struct context_mask *mask)
{
    struct mpi_datatype *byte = datatype_find(MPI_UINT8_T);
    const struct coll_args args = {
        .kind = COLL_ALLREDUCE,
        .comm = comm,
        .send = { MPI_IN_PLACE, CONTEXT_MASK_BYTES, byte },
        .recv = { mask, CONTEXT_MASK_BYTES, byte },
        .op = op_find(MPI_BAND),
    };
    return coll_run(&args);
}

static int combine_over_parent(const struct agreement *a,
                               struct context_mask *mask)
{
    return context_combine(a->arg, mask);
}

int context_agree(struct mpi_comm *parent, uint32_t *id)
{
    const struct agreement agreement = {
        .process = p2p_process(parent->p2p),
        .combine = combine_over_parent,
        .arg = parent,
        .seed = parent->context,
    };
    return context_agree_by(&agreement, id);
}
