/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which cores a rank may use, from the host's topology (hwloc) and the cores
 * the launcher itself was allowed (cgroup, taskset).
 *
 * By default ranks are tied to a core each as long as there are cores for all
 * of them. More ranks are tied to cores when each core gets as many: a
 * scheduler that puts three on one and one on another makes all wait for the
 * three. Other numbers, and a single rank on a host, are left to the scheduler.
 */
#ifndef LAUNCHER_BINDING_H
#define LAUNCHER_BINDING_H

#include <hwloc.h>

#include "launcher/job.h"

struct binding {
    enum bind_to bind;     /* what was chosen, never BIND_DEFAULT */
    int count;
    hwloc_cpuset_t *sets;  /* per local rank; NULL when bind is BIND_NONE */
};

/*
 * Choose for `count` ranks among the cores in `allowed`. A sentence is
 * appended to error when -bind-to asks for what the host cannot give.
 * Errors   MPI_ERR_ARG
 */
int binding_choose(struct binding *b, hwloc_topology_t topology,
                   hwloc_const_cpuset_t allowed, enum bind_to bind, int count,
                   struct strbuf *error);
void binding_fini(struct binding *b);

/* Append "core 0", "socket 0 (cpus 0-7)", ...: where local rank `local` is. */
void binding_describe(const struct binding *b, int local, struct strbuf *out);

#endif
