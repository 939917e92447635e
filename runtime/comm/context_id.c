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

enum { BYTES = CONTEXT_COUNT / 8 };

struct context_ids {
    unsigned used;
    uint8_t free[BYTES];
};

int context_retain(struct process *process, uint32_t id)
{
    struct context_ids *ids = process->contexts;
    if (!ids) {
        ids = malloc(sizeof *ids);
        if (!ids)
            return MPI_ERR_NO_MEM;
        ids->used = 0;
        memset(ids->free, 0xff, BYTES);
        process->contexts = ids;
    }
    ids->free[id / 8] &= (uint8_t)~(1u << id % 8);
    ids->used++;
    return MPI_SUCCESS;
}

void context_release(struct process *process, uint32_t id)
{
    struct context_ids *ids = process->contexts;
    ids->free[id / 8] |= (uint8_t)(1u << id % 8);
    if (--ids->used == 0) {
        process->contexts = NULL;
        free(ids);
    }
}

static uint32_t lowest(const uint8_t *is_free)
{
    uint32_t id = 0;
    while (id < CONTEXT_COUNT && !(is_free[id / 8] >> id % 8 & 1))
        id++;
    return id;
}

int context_agree(struct mpi_comm *parent, uint32_t *id)
{
    uint8_t agreed[BYTES];
    struct mpi_datatype *byte = datatype_find(MPI_UINT8_T);
    const struct coll_args args = {
        .kind = COLL_ALLREDUCE,
        .comm = parent,
        .send = { p2p_process(parent->p2p)->contexts->free, BYTES, byte },
        .recv = { agreed, BYTES, byte },
        .op = op_find(MPI_BAND),
    };
    int err = coll_run(&args);
    if (err != MPI_SUCCESS)
        return err;
    uint32_t found = lowest(agreed);
    if (found == CONTEXT_COUNT)
        return error_make(MPI_ERR_OTHER,
                          "no context id is free at all %d ranks of the "
                          "parent: %d communicators exist at most; free some",
                          parent->size, CONTEXT_COUNT);
    *id = found;
    return MPI_SUCCESS;
}
