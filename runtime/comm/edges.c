/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All ranks send the same number of edges, padded: simple, and made once per
 * communicator.
 */
#include "runtime/comm/edges.h"

#include <stdlib.h>

#include "collectives/coll.h"
#include "runtime/comm/placement.h"
#include "runtime/objects/topology.h"

enum { EDGE_INTS = 3, EXCHANGE_BYTES = 64 << 20 };

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
                     int *vertex, struct topology **out)
{
    int most;
    *vertex = comm->rank;
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
    if (err == MPI_SUCCESS && own->may_reorder)
        err = placement_edges(comm, all, all_count, vertex);
    if (err == MPI_SUCCESS)
        err = choose(all, (int)all_count, *vertex, own->is_weighted, out);
    free(list);
    return err;
}

/* First how many edges there are, in an entry that is no edge; then those to
 * the vertex, then those from it. */
static void list_vertex(const struct dist_graph *d, int rank, struct edge *out,
                        int room)
{
    int n = 0;
    out[n++] = (struct edge){ -1, d->in_count, d->out_count };
    for (int i = 0; i < d->in_count; i++)
        out[n++] = (struct edge){ d->sources[i], rank,
                                  d->is_weighted ? d->source_weights[i] : 1 };
    for (int i = 0; i < d->out_count; i++)
        out[n++] = (struct edge){ rank, d->destinations[i],
                                  d->is_weighted ? d->dest_weights[i] : 1 };
    while (n < room)
        out[n++] = (struct edge){ -1, -1, 0 };
}

/* The reverse. */
static int take_vertex(const struct edge *list, bool is_weighted,
                       struct topology **out)
{
    const int in = list->destination, count = in + list->weight;
    int *ends = malloc((2 * (size_t)count + 1) * sizeof *ends);
    if (!ends)
        return MPI_ERR_NO_MEM;
    int *weights = ends + count;
    list++;
    for (int i = 0; i < count; i++) {
        ends[i] = i < in ? list[i].source : list[i].destination;
        weights[i] = list[i].weight;
    }
    const struct dist_graph d = {
        .in_count = in, .out_count = count - in, .is_weighted = is_weighted,
        .sources = ends, .source_weights = weights,
        .destinations = ends + in, .dest_weights = weights + in,
    };
    int err = topology_create_dist(&d, out);
    free(ends);
    return err;
}

int edges_exchange(struct mpi_comm *comm, const struct dist_graph *own,
                   int *vertex, struct topology **out)
{
    int most = 0;
    int err = MPI_SUCCESS;
    *vertex = comm->rank;
    if (placement_is_possible(comm))
        err = find_most(comm, 1 + own->in_count + own->out_count, &most);
    if (err != MPI_SUCCESS)
        return err;
    const size_t all_count = (size_t)most * (size_t)comm->size;
    if (most == 0 || all_count > EXCHANGE_BYTES / sizeof(struct edge))
        return topology_create_dist(own, out);
    struct edge *list = malloc((all_count + (size_t)most) * sizeof *list);
    if (!list)
        return MPI_ERR_NO_MEM;
    struct edge *all = list + most;
    list_vertex(own, comm->rank, list, most);
    err = gather(comm, list, most, all);
    if (err == MPI_SUCCESS)
        err = placement_edges(comm, all, all_count, vertex);
    if (err == MPI_SUCCESS)
        err = take_vertex(all + (size_t)*vertex * (size_t)most,
                          own->is_weighted, out);
    free(list);
    return err;
}
