/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbering nodes by the rank that appears first on each.
 */
#include "collectives/places.h"

#include <stdlib.h>

#include "runtime/base/process.h"
#include "runtime/p2p/p2p.h"

/* Number the names; false when one is not known. */
static bool number_nodes(struct places *p, const int *names, int size)
{
    for (int r = 0; r < size; r++) {
        int first = 0;
        if (names[r] < 0)
            return false;
        while (names[first] != names[r])
            first++;
        p->nodes[r] = first < r ? p->nodes[first] : p->node_count++;
    }
    return true;
}

static void summarize(struct places *p, int *counts, int size)
{
    p->is_in_order = true;
    for (int n = 0; n < p->node_count; n++)
        counts[n] = 0;
    for (int r = 0; r < size; r++) {
        if (r > 0 && p->nodes[r] < p->nodes[r - 1])
            p->is_in_order = false;
        if (++counts[p->nodes[r]] > p->most)
            p->most = counts[p->nodes[r]];
    }
}

static struct places *find(struct mpi_comm *comm)
{
    struct process *process = p2p_process(comm->p2p);
    const size_t size = (size_t)comm->size;
    struct places *p = calloc(1, sizeof *p + size * sizeof p->nodes[0]);
    int *names = malloc(size * sizeof *names);
    if (p && names)
        for (size_t r = 0; r < size; r++)
            names[r] = process_node(process, comm->worlds[r]);
    if (!p || !names || !number_nodes(p, names, comm->size)) {
        free(p);
        p = NULL;
    } else {
        summarize(p, names, comm->size);
    }
    free(names);
    return p;
}

const struct places *places_of(struct mpi_comm *comm)
{
    if (!comm->has_places) {
        comm->has_places = true;
        if (!comm_is_inter(comm) && process_has_nodes(p2p_process(comm->p2p)))
            comm->places = find(comm);
        if (comm->places && comm->places->node_count == 1) {
            free(comm->places);
            comm->places = NULL;
        }
    }
    return comm->places;
}
