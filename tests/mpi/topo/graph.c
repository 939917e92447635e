/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Graphs, known to all, and distributed ones, whose edges any rank may name.
 *
 * ranks: 1 2 4
 */
#include "../check.h"

static int rank, size;

/* A ring; rank r has edges to both sides. */
static void ring(void)
{
    int index[8], edges[16], got_index[8], got_edges[16], n, m, two[2];
    MPI_Comm graph;
    for (int r = 0; r < size; r++) {
        index[r] = 2 * (r + 1);
        edges[2 * r] = (r + size - 1) % size;
        edges[2 * r + 1] = (r + 1) % size;
    }
    MPI_Graph_create(MPI_COMM_WORLD, size, index, edges, 1, &graph);
    MPI_Topo_test(graph, &n);
    CHECK(n == MPI_GRAPH);
    MPI_Graphdims_get(graph, &n, &m);
    CHECK(n == size && m == 2 * size);
    MPI_Graph_get(graph, 8, 16, got_index, got_edges);
    CHECK(memcmp(index, got_index, sizeof(int) * (size_t)size) == 0);
    CHECK(memcmp(edges, got_edges, sizeof(int) * 2 * (size_t)size) == 0);
    MPI_Graph_neighbors_count(graph, size - 1, &n);
    CHECK(n == 2);
    MPI_Graph_neighbors(graph, size - 1, 2, two);
    CHECK(two[0] == edges[2 * size - 2] && two[1] == edges[2 * size - 1]);
    MPI_Graph_map(MPI_COMM_WORLD, size, index, edges, &n);
    CHECK(n == rank);
    CHECK_ERROR(MPI_Cartdim_get(graph, &n), MPI_ERR_TOPOLOGY);
    CHECK_ERROR(MPI_Graph_neighbors_count(graph, size, &n), MPI_ERR_RANK);
    MPI_Comm_free(&graph);
    edges[0] = size;
    CHECK_ERROR(MPI_Graph_create(MPI_COMM_WORLD, size, index, edges, 0, &graph),
                MPI_ERR_ARG);
}

static void adjacent(void)
{
    int left = (rank + size - 1) % size, right = (rank + 1) % size;
    int in_weight = 10 + left, out_weight = 10 + rank;
    int source, dest, w[2], in, out, weighted;
    MPI_Comm graph, copy;
    MPI_Dist_graph_create_adjacent(MPI_COMM_WORLD, 1, &left, &in_weight, 1,
                                   &right, &out_weight, MPI_INFO_NULL, 0,
                                   &graph);
    MPI_Comm_dup(graph, &copy);
    MPI_Dist_graph_neighbors_count(copy, &in, &out, &weighted);
    CHECK(in == 1 && out == 1 && weighted);
    MPI_Dist_graph_neighbors(copy, 1, &source, &w[0], 1, &dest, &w[1]);
    CHECK(source == left && dest == right && w[0] == in_weight);
    CHECK(w[1] == out_weight);
    MPI_Comm_free(&copy);
    MPI_Comm_free(&graph);
    MPI_Dist_graph_create_adjacent(MPI_COMM_WORLD, 0, NULL, MPI_WEIGHTS_EMPTY,
                                   0, NULL, MPI_WEIGHTS_EMPTY, MPI_INFO_NULL, 0,
                                   &graph);
    MPI_Dist_graph_neighbors_count(graph, &in, &out, &weighted);
    CHECK(in == 0 && out == 0 && weighted);
    MPI_Comm_free(&graph);
    CHECK_ERROR(MPI_Dist_graph_create_adjacent(
                    MPI_COMM_WORLD, 1, &size, MPI_UNWEIGHTED, 0, NULL,
                    MPI_UNWEIGHTED, MPI_INFO_NULL, 0, &graph), MPI_ERR_RANK);
}

/* Each rank names the edges that go out from its left neighbour: to that
 * one's two neighbours. */
static void named_by_others(void)
{
    int left = (rank + size - 1) % size, right = (rank + 1) % size;
    int degree = 2, to[2] = { (left + size - 1) % size, rank };
    int weights[2] = { left, left + 100 };
    int sources[2], destinations[2], in_weights[2], out_weights[2];
    int in, out, weighted;
    MPI_Comm graph;
    MPI_Dist_graph_create(MPI_COMM_WORLD, 1, &left, &degree, to, weights,
                          MPI_INFO_NULL, 0, &graph);
    MPI_Dist_graph_neighbors_count(graph, &in, &out, &weighted);
    CHECK(in == 2 && out == 2 && weighted);
    MPI_Dist_graph_neighbors(graph, 2, sources, in_weights, 2, destinations,
                             out_weights);
    CHECK(destinations[0] == left && destinations[1] == right);
    CHECK(out_weights[0] == rank && out_weights[1] == rank + 100);
    int from_left = sources[0] == left && in_weights[0] == left + 100 ? 0 : 1;
    CHECK(sources[from_left] == left && in_weights[from_left] == left + 100);
    CHECK(sources[!from_left] == right && in_weights[!from_left] == right);
    MPI_Comm_free(&graph);
    MPI_Dist_graph_create(MPI_COMM_WORLD, 1, &left, &degree, to,
                          MPI_UNWEIGHTED, MPI_INFO_NULL, 1, &graph);
    MPI_Dist_graph_neighbors_count(graph, &in, &out, &weighted);
    CHECK(in == 2 && out == 2 && !weighted);
    MPI_Comm_free(&graph);
    MPI_Dist_graph_create(MPI_COMM_WORLD, 0, NULL, NULL, NULL, MPI_UNWEIGHTED,
                          MPI_INFO_NULL, 0, &graph);
    MPI_Dist_graph_neighbors_count(graph, &in, &out, &weighted);
    CHECK(in == 0 && out == 0 && !weighted);
    MPI_Comm_free(&graph);
}

int main(void)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    ring();
    adjacent();
    named_by_others();
    MPI_Finalize();
    return 0;
}
