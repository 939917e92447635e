/* SPDX-License-Identifier: BSD-3-Clause */
/* Ranks made by hand; what cannot fail in a test ends the test. */
#include "tests/support/fake_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/config.h"

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

void fake_process_init(struct process *p, int world, int count)
{
    int *worlds = must(calloc((size_t)count, sizeof *worlds));
    for (int i = 0; i < count; i++)
        worlds[i] = i;
    *p = (struct process){ .world = world, .world_count = count,
                           .local = world, .local_count = count,
                           .local_worlds = worlds, .host = "testhost" };
    p->node.fd = -1;
    p->status = must(aligned_alloc(STATUS_PAGE_BYTES, STATUS_PAGE_BYTES));
    memset(p->status, 0, STATUS_PAGE_BYTES);
    p->status->world = world;
    p->counters = &p->status->counters;
    if (!settings.transports && config_load() != MPI_SUCCESS)
        abort();
    progress_init(&p->progress, 100);
}

void fake_process_init_node(struct process *p, int world, int count, int fd)
{
    fake_process_init(p, world, count);
    if (node_segment_attach(&p->node, dup(fd), (uint32_t)count) != MPI_SUCCESS)
        abort();
}

void fake_process_fini(struct process *p)
{
    if (p->node.pages)
        node_segment_close(&p->node);
    free(p->status);
    free((void *)(uintptr_t)p->local_worlds);
}
