/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All ranks send the same number of edges, padded: simple, and made once per
 * communicator.
 */
#include "runtime/comm/edges.h"

#include <stdlib.h>

#include "collectives/coll.h"
#include "runtime/objects/topology.h"

struct edge {
    int source; /* -1: padding */
    int destination;
    int weight;
};

enum { EDGE_INTS = 3 };

static int count_edges(const struct edges *e)
{
    int count = 0;
    for (int i = 0; i < e->source_count; i++)
        count += e->degrees[i];
    return count;
}

static void list_edges(const struct edges *e, struct edge *out, int room)
{
    int n = 0;
    for (int i = 0; i < e->source_count; i++)
        for (int k = 0; k < e->degrees[i]; k++, n++)
            out[n] = (struct edge){ e->sources[i], e->destinations[n],
                                    e->weights ? e->weights[n] : 1 };
    for (; n < room; n++)
        out[n] = (struct edge){ -1, -1, 0 };
}

/* The largest of count over the ranks of comm. */
static int find_most(struct mpi_comm *comm, int count, int *most)
{
    struct mpi_datatype *type = datatype_find(MPI_INT);
    const struct coll_args args = {
        .kind = COLL_ALLREDUCE,
        .comm = comm,
        .send = { &count, 1, type },
        .recv = { most, 1, type },
        .op = op_find(MPI_MAX),
    };
    return coll_run(&args);
}

static int gather(struct mpi_comm *comm, struct edge *own, int count,
                  struct edge *all)
{
    struct mpi_datatype *type = datatype_find(MPI_INT);
    const struct coll_args args = {
        .kind = COLL_ALLGATHER,
        .comm = comm,
        .send = { own, (MPI_Count)count * EDGE_INTS, type },
        .recv = { all, (MPI_Count)count * EDGE_INTS, type },
    };
    return coll_run(&args);
}

/* Our edges of all; room holds 4 ints for each of them. */
static int choose(const struct edge *all, int count, int rank, bool is_weighted,
                  struct topology **out)
{
    int *room = malloc((4 * (size_t)count + 1) * sizeof *room);
    if (!room)
        return MPI_ERR_NO_MEM;
    struct dist_graph d = {
        .is_weighted = is_weighted,
        .sources = room, .source_weights = room + count,
        .destinations = room + 2 * (size_t)count,
        .dest_weights = room + 3 * (size_t)count,
    };
    for (int i = 0; i < count; i++) {
        if (all[i].source >= 0 && all[i].destination == rank) {
            d.sources[d.in_count] = all[i].source;
            d.source_weights[d.in_count++] = all[i].weight;
        }
        if (all[i].source == rank) {
            d.destinations[d.out_count] = all[i].destination;
            d.dest_weights[d.out_count++] = all[i].weight;
        }
    }
    int err = topology_create_dist(&d, out);
    free(room);
    return err;
}

int edges_distribute(struct mpi_comm *comm, const struct edges *own,
                     struct topology **out)
{
    int most;
    int err = find_most(comm, count_edges(own), &most);
    if (err != MPI_SUCCESS)
        return err;
    const size_t all_count = (size_t)most * (size_t)comm->size;
    struct edge *list = malloc((all_count + (size_t)most + 1) * sizeof *list);
    if (!list)
        return MPI_ERR_NO_MEM;
    struct edge *all = list + most;
    list_edges(own, list, most);
    err = gather(comm, list, most, all);
    if (err == MPI_SUCCESS)
        err = choose(all, (int)all_count, comm->rank, own->is_weighted, out);
    free(list);
    return err;
}
