/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each rank looks where it runs; what tells parts from each other is the color
 * of a common split.
 */
#include "runtime/comm/hardware.h"

#include <stdbool.h>
#include <stdlib.h>

#include "collectives/coll.h"
#include "runtime/base/machine.h"
#include "runtime/base/process.h"
#include "runtime/comm/comm.h"
#include "runtime/objects/comm.h"
#include "runtime/p2p/p2p.h"

enum { INSTANCES_MAX = 4096 };

/* What one rank tells: its node, then the instance at each level. */
struct place {
    int node;
    int path[MACHINE_LEVELS];
};

static int own_node(const struct mpi_comm *parent)
{
    return p2p_process(parent->p2p)->local_worlds[0];
}

/* Instances have the same numbers on every node. */
static int color_of(int node, int instance)
{
    return instance < 0 || instance >= INSTANCES_MAX
               ? MPI_UNDEFINED
               : node * INSTANCES_MAX + instance;
}

/* A rank whose node cannot be looked at goes on as one that is nowhere: the
 * others wait for it. */
static int find_instance(const char *name, int *instance)
{
    struct machine *m;
    int err = machine_open(&m);
    *instance = MACHINE_NOWHERE;
    if (err == MPI_SUCCESS) {
        *instance = machine_instance(m, name);
        machine_close(m);
    }
    return err;
}

static int find_path(int path[MACHINE_LEVELS])
{
    struct machine *m;
    int err = machine_open(&m);
    for (int d = 0; d < MACHINE_LEVELS; d++)
        path[d] = MACHINE_NOWHERE;
    if (err == MPI_SUCCESS) {
        machine_path(m, path);
        machine_close(m);
    }
    return err;
}

static int gather_places(struct mpi_comm *parent, const struct place *own,
                         struct place *places)
{
    struct mpi_datatype *type = datatype_find(MPI_INT);
    const struct coll_args args = {
        .kind = COLL_ALLGATHER,
        .comm = parent,
        .send = { (void *)(uintptr_t)own, sizeof *own / sizeof(int), type },
        .recv = { places, sizeof *own / sizeof(int), type },
    };
    return coll_run(&args);
}

/* Keep the places of ranks that take part; returns how many. */
static int drop_idle(struct place *places, int count)
{
    int kept = 0;
    for (int r = 0; r < count; r++)
        if (places[r].node >= 0)
            places[kept++] = places[r];
    return kept;
}

static bool differ_in_node(const struct place *places, int count)
{
    for (int r = 1; r < count; r++)
        if (places[r].node != places[0].node)
            return true;
    return false;
}

static bool differ_at(const struct place *places, int count, int level)
{
    for (int r = 1; r < count; r++)
        if (places[r].path[level] != places[0].path[level])
            return true;
    return false;
}

/* Our color at the highest level at which not all are the same. */
static int color_at_level(const struct place *own, const struct place *places,
                          int count)
{
    if (differ_in_node(places, count))
        return color_of(own->node, 0);
    for (int level = 0; level < MACHINE_LEVELS; level++)
        if (differ_at(places, count, level))
            return color_of(own->node, own->path[level]);
    return MPI_UNDEFINED;
}

/* All ranks of parent come here when one wants to be split by level. */
static int choose_by_level(struct mpi_comm *parent, bool takes_part, int *color)
{
    struct place own = { .node = takes_part ? own_node(parent) : -1 };
    struct place *places = malloc((size_t)parent->size * sizeof *places);
    if (!places)
        return MPI_ERR_NO_MEM;
    int err = find_path(own.path);
    int told = gather_places(parent, &own, places);
    if (told == MPI_SUCCESS && takes_part)
        *color = color_at_level(&own, places, drop_idle(places, parent->size));
    free(places);
    return err == MPI_SUCCESS ? told : err;
}

/* Does any rank want to be split by level? The others cannot know. */
static int agree_on_level(struct mpi_comm *parent, enum split_by by, int *answer)
{
    const int wants = by == SPLIT_LEVEL;
    struct mpi_datatype *type = datatype_find(MPI_INT);
    const struct coll_args args = {
        .kind = COLL_ALLREDUCE,
        .comm = parent,
        .send = { (void *)(uintptr_t)&wants, 1, type },
        .recv = { answer, 1, type },
        .op = op_find(MPI_MAX),
    };
    return coll_run(&args);
}

int comm_split_hardware(struct mpi_comm *parent, enum split_by by,
                        const char *name, int key, struct mpi_comm **out)
{
    int color = MPI_UNDEFINED, instance, is_by_level, own_err = MPI_SUCCESS;
    int err = agree_on_level(parent, by, &is_by_level);
    if (err == MPI_SUCCESS && is_by_level)
        err = choose_by_level(parent, by == SPLIT_LEVEL, &color);
    if (err != MPI_SUCCESS)
        return err;
    if (by == SPLIT_NODE) {
        color = color_of(own_node(parent), 0);
    } else if (by == SPLIT_RESOURCE) {
        own_err = find_instance(name, &instance);
        color = color_of(own_node(parent), instance);
    } else if (by == SPLIT_ALL || by == SPLIT_SELF) {
        color = by == SPLIT_ALL ? 0 : parent->rank;
    }
    err = comm_split(parent, color, key, out);
    return own_err == MPI_SUCCESS ? err : own_err;
}
