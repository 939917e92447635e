/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hwloc's topology and our binding in it. NUMA nodes stand beside hwloc's
 * levels, so they have a name but no place in a path.
 */
#define LOG_MODULE "machine"
#include "runtime/base/machine.h"

#include <stdlib.h>

#include <hwloc.h>
#include <hwloc/linux.h>
#include <mpi.h>

#include "runtime/base/log.h"

struct machine {
    hwloc_topology_t topology;
    hwloc_cpuset_t ours; /* the cores that this process may run on */
    char name[MACHINE_NAME_MAX];
};

int machine_open(struct machine **out)
{
    struct machine *m = calloc(1, sizeof *m);
    if (!m)
        return MPI_ERR_NO_MEM;
    if (hwloc_topology_init(&m->topology) != 0)
        goto free_machine;
    m->ours = hwloc_bitmap_alloc();
    if (!m->ours || hwloc_topology_load(m->topology) != 0 ||
        hwloc_get_cpubind(m->topology, m->ours, HWLOC_CPUBIND_PROCESS) != 0)
        goto destroy_topology;
    *out = m;
    return MPI_SUCCESS;
destroy_topology:
    hwloc_bitmap_free(m->ours);
    hwloc_topology_destroy(m->topology);
free_machine:
    free(m);
    log_error("hwloc cannot describe this node: %m");
    return MPI_ERR_OTHER;
}

void machine_close(struct machine *m)
{
    hwloc_bitmap_free(m->ours);
    hwloc_topology_destroy(m->topology);
    free(m);
}

static int instance_at(const struct machine *m, int depth)
{
    const int count = (int)hwloc_get_nbobjs_by_depth(m->topology, depth);
    for (int i = 0; i < count; i++) {
        hwloc_obj_t o = hwloc_get_obj_by_depth(m->topology, depth, (unsigned)i);
        if (o->cpuset && hwloc_bitmap_isincluded(m->ours, o->cpuset))
            return i;
    }
    return MACHINE_NOWHERE;
}

int machine_instance(struct machine *m, const char *name)
{
    hwloc_obj_type_t type;
    union hwloc_obj_attr_u attributes;
    if (hwloc_type_sscanf(name, &type, &attributes, sizeof attributes) != 0)
        return MACHINE_NOWHERE;
    const int depth = hwloc_get_type_depth(m->topology, type);
    return depth == HWLOC_TYPE_DEPTH_UNKNOWN ||
                   depth == HWLOC_TYPE_DEPTH_MULTIPLE
               ? MACHINE_NOWHERE
               : instance_at(m, depth);
}

void machine_path(struct machine *m, int path[MACHINE_LEVELS])
{
    const int levels = hwloc_topology_get_depth(m->topology);
    for (int d = 0; d < MACHINE_LEVELS; d++)
        path[d] = d < levels ? instance_at(m, d) : MACHINE_NOWHERE;
}

const char *machine_level_name(struct machine *m, int level)
{
    if (level >= hwloc_topology_get_depth(m->topology))
        return NULL;
    hwloc_obj_type_snprintf(m->name, sizeof m->name,
                            hwloc_get_obj_by_depth(m->topology, level, 0), 1);
    return m->name;
}

enum nearness machine_nearness(const struct machine *m, const char *path)
{
    enum nearness nearness = NEARNESS_UNKNOWN;
    hwloc_cpuset_t theirs = hwloc_bitmap_alloc();
    if (theirs && hwloc_linux_read_path_as_cpumask(path, theirs) == 0) {
        if (hwloc_bitmap_isincluded(m->ours, theirs))
            nearness = NEARNESS_NEAR;
        else if (!hwloc_bitmap_intersects(m->ours, theirs))
            nearness = NEARNESS_FAR;
    }
    hwloc_bitmap_free(theirs);
    return nearness;
}
