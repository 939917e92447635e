/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Distributed graph topologies, in which a rank knows its own neighbours (MPI
 * 5.0, 8.5.4).
 */
#include "runtime/api/api.h"

#include <string.h>

#include "runtime/api/check.h"
#include "runtime/api/comm_result.h"
#include "runtime/base/error.h"
#include "runtime/comm/comm.h"
#include "runtime/comm/edges.h"
#include "runtime/objects/topology.h"

static int check_ranks(const struct mpi_comm *c, int n, const int *ranks,
                       const char *what)
{
    if (n < 0)
        return error_make(MPI_ERR_ARG, "%d %s", n, what);
    int err = n > 0 ? check_pointer(ranks, what) : MPI_SUCCESS;
    for (int i = 0; i < n && err == MPI_SUCCESS; i++)
        err = check_member(ranks[i], c);
    return err;
}

static bool is_weight_array(const int *weights)
{
    return weights != MPI_UNWEIGHTED && weights != MPI_WEIGHTS_EMPTY;
}

static int check_weights(int n, const int *weights, const char *what)
{
    int err = n > 0 && is_weight_array(weights) ? check_pointer(weights, what)
                                                : MPI_SUCCESS;
    if (err == MPI_SUCCESS && n > 0 && weights == MPI_WEIGHTS_EMPTY)
        err = error_make(MPI_ERR_ARG, "MPI_WEIGHTS_EMPTY for %d edges", n);
    for (int i = 0; is_weight_array(weights) && i < n && err == MPI_SUCCESS;
         i++)
        if (weights[i] < 0)
            err = error_make(MPI_ERR_ARG, "%s[%d] is %d", what, i, weights[i]);
    return err;
}

static int check_adjacent(const struct mpi_comm *c, const struct dist_graph *d)
{
    int err = check_intra(c);
    if (err == MPI_SUCCESS)
        err = check_ranks(c, d->in_count, d->sources, "sources");
    if (err == MPI_SUCCESS)
        err = check_ranks(c, d->out_count, d->destinations, "destinations");
    if (err == MPI_SUCCESS)
        err = check_weights(d->in_count, d->source_weights, "sourceweights");
    if (err == MPI_SUCCESS)
        err = check_weights(d->out_count, d->dest_weights, "destweights");
    if (err == MPI_SUCCESS && (d->source_weights == MPI_UNWEIGHTED) !=
                                  (d->dest_weights == MPI_UNWEIGHTED))
        err = error_make(MPI_ERR_ARG, "MPI_UNWEIGHTED for one of the two "
                         "arrays of weights only");
    return err;
}

/* As c, its ranks in the order of the vertices that they are. */
static int create(struct mpi_comm *c, bool may_reorder, int vertex,
                  struct mpi_comm **out)
{
    return may_reorder ? comm_split(c, 0, vertex, out)
                       : comm_create_subset(c, c->group, out);
}

PROFILE(MPI_Dist_graph_create_adjacent);
int MPI_Dist_graph_create_adjacent(MPI_Comm comm_old, int indegree,
                                   const int sources[],
                                   const int sourceweights[], int outdegree,
                                   const int destinations[],
                                   const int destweights[], MPI_Info info,
                                   int reorder, MPI_Comm *comm_dist_graph)
{
    LIBRARY_LOCKED;
    int vertex = 0;
    const struct dist_graph d = {
        .in_count = indegree, .out_count = outdegree,
        .is_weighted = sourceweights != MPI_UNWEIGHTED,
        .sources = (int *)(uintptr_t)sources,
        .source_weights = (int *)(uintptr_t)sourceweights,
        .destinations = (int *)(uintptr_t)destinations,
        .dest_weights = (int *)(uintptr_t)destweights,
    };
    struct mpi_comm *c = NULL, *made = NULL;
    struct mpi_info *hints;
    struct topology *t = NULL;
    int err = check_comm(comm_old, &c);
    if (err == MPI_SUCCESS)
        err = check_adjacent(c, &d);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = check_pointer(comm_dist_graph, "comm_dist_graph");
    if (err == MPI_SUCCESS)
        err = reorder ? edges_exchange(c, &d, &vertex, &t)
                      : topology_create_dist(&d, &t);
    if (err == MPI_SUCCESS)
        err = create(c, reorder != 0, vertex, &made);
    return comm_result_topology(c, err, made, t, comm_dist_graph,
                                "MPI_Dist_graph_create_adjacent");
}

static int check_edges(const struct mpi_comm *c, const struct edges *e)
{
    int err = check_intra(c);
    if (err == MPI_SUCCESS)
        err = check_ranks(c, e->source_count, e->sources, "sources");
    if (err == MPI_SUCCESS && e->source_count > 0)
        err = check_pointer(e->degrees, "degrees");
    int count = 0;
    for (int i = 0; i < e->source_count && err == MPI_SUCCESS; i++) {
        if (e->degrees[i] < 0)
            err = error_make(MPI_ERR_ARG, "degrees[%d] is %d", i,
                             e->degrees[i]);
        count += e->degrees[i];
    }
    if (err == MPI_SUCCESS)
        err = check_ranks(c, count, e->destinations, "destinations");
    if (err == MPI_SUCCESS && e->is_weighted)
        err = check_weights(count, e->weights, "weights");
    return err;
}

PROFILE(MPI_Dist_graph_create);
int MPI_Dist_graph_create(MPI_Comm comm_old, int n, const int sources[],
                          const int degrees[], const int destinations[],
                          const int weights[], MPI_Info info, int reorder,
                          MPI_Comm *comm_dist_graph)
{
    LIBRARY_LOCKED;
    int vertex = 0;
    const bool is_weighted = weights != MPI_UNWEIGHTED;
    const struct edges e = { n, sources, degrees, destinations,
                             is_weight_array(weights) ? weights : NULL,
                             is_weighted, reorder != 0 };
    struct mpi_comm *c = NULL, *made = NULL;
    struct mpi_info *hints;
    struct topology *t = NULL;
    int err = check_comm(comm_old, &c);
    if (err == MPI_SUCCESS)
        err = check_edges(c, &e);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = check_pointer(comm_dist_graph, "comm_dist_graph");
    if (err == MPI_SUCCESS)
        err = edges_distribute(c, &e, &vertex, &t);
    if (err == MPI_SUCCESS)
        err = create(c, reorder != 0, vertex, &made);
    return comm_result_topology(c, err, made, t, comm_dist_graph,
                                "MPI_Dist_graph_create");
}

static int check_has_dist(MPI_Comm comm, struct mpi_comm **c,
                          const struct dist_graph **d)
{
    int err = check_comm(comm, c);
    if (err == MPI_SUCCESS)
        err = check_topology(*c, MPI_DIST_GRAPH);
    if (err == MPI_SUCCESS)
        *d = &(*c)->topology->dist;
    return err;
}

PROFILE(MPI_Dist_graph_neighbors_count);
int MPI_Dist_graph_neighbors_count(MPI_Comm comm, int *indegree, int *outdegree,
                                   int *weighted)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct dist_graph *d;
    int err = check_has_dist(comm, &c, &d);
    if (err == MPI_SUCCESS)
        err = check_pointer(indegree, "indegree");
    if (err == MPI_SUCCESS)
        err = check_pointer(outdegree, "outdegree");
    if (err == MPI_SUCCESS)
        err = check_pointer(weighted, "weighted");
    if (err == MPI_SUCCESS) {
        *indegree = d->in_count;
        *outdegree = d->out_count;
        *weighted = d->is_weighted;
    }
    return api_result(c, err, "MPI_Dist_graph_neighbors_count");
}

/* At most `most` of the ranks, and their weights when there are any. */
static void copy_out(int most, int count, const int *from,
                     const int *weights, int *const out[2])
{
    const size_t bytes = (size_t)(most < count ? most : count) * sizeof(int);
    if (bytes == 0)
        return;
    memcpy(out[0], from, bytes);
    if (weights && is_weight_array(out[1]))
        memcpy(out[1], weights, bytes);
}

PROFILE(MPI_Dist_graph_neighbors);
int MPI_Dist_graph_neighbors(MPI_Comm comm, int maxindegree, int sources[],
                             int sourceweights[], int maxoutdegree,
                             int destinations[], int destweights[])
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct dist_graph *d;
    int err = check_has_dist(comm, &c, &d);
    if (err == MPI_SUCCESS && (maxindegree < 0 || maxoutdegree < 0))
        err = error_make(MPI_ERR_ARG, "room for %d sources, %d destinations",
                         maxindegree, maxoutdegree);
    if (err == MPI_SUCCESS && maxindegree > 0 && d->in_count > 0)
        err = check_pointer(sources, "sources");
    if (err == MPI_SUCCESS && maxoutdegree > 0 && d->out_count > 0)
        err = check_pointer(destinations, "destinations");
    if (err == MPI_SUCCESS) {
        copy_out(maxindegree, d->in_count, d->sources, d->source_weights,
                 (int *const[]){ sources, sourceweights });
        copy_out(maxoutdegree, d->out_count, d->destinations, d->dest_weights,
                 (int *const[]){ destinations, destweights });
    }
    return api_result(c, err, "MPI_Dist_graph_neighbors");
}
