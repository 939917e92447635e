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

int context_mask_agree(struct mpi_comm *parent, struct context_mask *out)
{
    struct mpi_datatype *byte = datatype_find(MPI_UINT8_T);
    const struct coll_args args = {
        .kind = COLL_ALLREDUCE,
        .comm = parent,
        .send = { &p2p_process(parent->p2p)->contexts->mask,
                  CONTEXT_MASK_BYTES, byte },
        .recv = { out, CONTEXT_MASK_BYTES, byte },
        .op = op_find(MPI_BAND),
    };
    return coll_run(&args);
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

int context_agree(struct mpi_comm *parent, uint32_t *id)
{
    struct context_mask agreed;
    int err = context_mask_agree(parent, &agreed);
    return err == MPI_SUCCESS ? context_lowest(&agreed, id) : err;
}
