/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Binding. Ranks in sequence fill objects in hwloc's logical order, so
 * neighbouring ranks share caches. With more ranks than objects each of these
 * takes a block of ranks.
 */
#include "launcher/binding.h"

#include <stdbool.h>
#include <stdlib.h>

#include <mpi.h>

static const struct {
    hwloc_obj_type_t type;
    const char *name;
} kinds[] = {
    [BIND_CORE] = { HWLOC_OBJ_CORE, "core" },
    [BIND_SOCKET] = { HWLOC_OBJ_PACKAGE, "socket" },
    [BIND_NUMA] = { HWLOC_OBJ_NUMANODE, "numa node" },
};

/* The allowed part of the index-th object of a type that has one; with index
 * -1 only count. Returns the number of such objects seen. */
static int find_object(hwloc_topology_t topology, hwloc_const_cpuset_t allowed,
                       hwloc_obj_type_t type, int index, hwloc_cpuset_t out)
{
    int seen = 0;
    hwloc_obj_t obj = NULL;
    while ((obj = hwloc_get_next_obj_by_type(topology, type, obj)) != NULL) {
        if (!obj->cpuset || !hwloc_bitmap_intersects(obj->cpuset, allowed))
            continue;
        if (seen == index) {
            hwloc_bitmap_and(out, obj->cpuset, allowed);
            return seen + 1;
        }
        seen++;
    }
    return seen;
}

static int count_objects(hwloc_topology_t topology,
                         hwloc_const_cpuset_t allowed, enum bind_to bind)
{
    return find_object(topology, allowed, kinds[bind].type, -1, NULL);
}

/* A core for each rank, or as many ranks on each core. */
static bool cores_suit(int cores, int ranks)
{
    return ranks <= cores || (cores > 0 && ranks % cores == 0);
}

int binding_choose(struct binding *b, hwloc_topology_t topology,
                   hwloc_const_cpuset_t allowed, enum bind_to bind, int count,
                   struct strbuf *error)
{
    *b = (struct binding){ .bind = bind, .count = count };
    if (bind == BIND_DEFAULT) {
        int cores = count_objects(topology, allowed, BIND_CORE);
        b->bind = count > 1 && cores_suit(cores, count) ? BIND_CORE
                                                        : BIND_NONE;
    }
    if (b->bind == BIND_NONE)
        return MPI_SUCCESS;
    int objects = count_objects(topology, allowed, b->bind);
    if (objects == 0 ||
        (b->bind == BIND_CORE && !cores_suit(objects, count))) {
        strbuf_printf(error, "-bind-to %s: %d usable here for %d ranks; use "
                      "-bind-to none, or as many ranks on each of them",
                      kinds[b->bind].name, objects, count);
        return MPI_ERR_ARG;
    }
    b->sets = calloc((size_t)count, sizeof *b->sets);
    if (!b->sets)
        return MPI_ERR_NO_MEM;
    for (int i = 0; i < count; i++) {
        int index = count > objects ? (int)((long)i * objects / count) : i;
        b->sets[i] = hwloc_bitmap_alloc();
        find_object(topology, allowed, kinds[b->bind].type, index, b->sets[i]);
    }
    return MPI_SUCCESS;
}

void binding_fini(struct binding *b)
{
    for (int i = 0; b->sets && i < b->count; i++)
        hwloc_bitmap_free(b->sets[i]);
    free(b->sets);
    *b = (struct binding){ .bind = BIND_NONE };
}

void binding_describe(const struct binding *b, int local, struct strbuf *out)
{
    if (b->bind == BIND_NONE) {
        strbuf_puts(out, "not bound");
        return;
    }
    char cpus[256];
    hwloc_bitmap_list_snprintf(cpus, sizeof cpus, b->sets[local]);
    strbuf_printf(out, "%s, cpus %s", kinds[b->bind].name, cpus);
}
