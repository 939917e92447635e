/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Topologies that may reorder ranks. With 8 there are two nodes, by a setting
 * or, in a lab, really: who sends each other most comes onto one. Whoever is
 * vertex v has the edges that rank v of the old communicator named, in their
 * order; neighbours hear each other. On one node it is all the same.
 *
 * ranks: 1 4 8
 */
#include <stdbool.h>
#include <stdlib.h>

#include "../check.h"

enum { HEAVY = 1000000 };

static int rank, size;
static int node_of[8]; /* of each rank of MPI_COMM_WORLD */

/* The nodes of the ranks of comm, a permutation of the world. */
static void find_nodes(MPI_Comm comm, int *nodes)
{
    int seen[8] = { 0 };
    MPI_Allgather(&rank, 1, MPI_INT, nodes, 1, MPI_INT, comm);
    for (int v = 0; v < size; v++) {
        CHECK(!seen[nodes[v]]++);
        nodes[v] = node_of[nodes[v]];
    }
}

static bool has_two_nodes(void)
{
    return node_of[0] != node_of[size - 1];
}

/* What rank r names: the partner half way round, then the next. */
static void name_edges(int r, int *in, int *out)
{
    in[0] = out[0] = (r + size / 2) % size;
    in[1] = (r + size - 1) % size;
    out[1] = (r + 1) % size;
}

static void partners_share_a_node(MPI_Comm graph)
{
    int nodes[8];
    find_nodes(graph, nodes);
    for (int v = 0; v < size; v++)
        CHECK(nodes[v] == nodes[(v + size / 2) % size]);
}

static void neighbours_are_heard(MPI_Comm graph, const int *sources)
{
    int vertex, heard[2];
    MPI_Comm_rank(graph, &vertex);
    MPI_Neighbor_allgather(&vertex, 1, MPI_INT, heard, 1, MPI_INT, graph);
    CHECK(heard[0] == sources[0] && heard[1] == sources[1]);
}

static void adjacent(void)
{
    const int weights[2] = { HEAVY, 1 };
    int in[2], out[2], got_in[2], got_out[2], w_in[2], w_out[2], v;
    MPI_Comm graph;
    name_edges(rank, in, out);
    MPI_Dist_graph_create_adjacent(MPI_COMM_WORLD, 2, in, weights, 2, out,
                                   weights, MPI_INFO_NULL, 1, &graph);
    MPI_Comm_rank(graph, &v);
    name_edges(v, in, out);
    MPI_Dist_graph_neighbors(graph, 2, got_in, w_in, 2, got_out, w_out);
    CHECK(memcmp(got_in, in, sizeof in) == 0);
    CHECK(memcmp(got_out, out, sizeof out) == 0);
    CHECK(memcmp(w_in, weights, sizeof weights) == 0);
    CHECK(memcmp(w_out, weights, sizeof weights) == 0);
    partners_share_a_node(graph);
    neighbours_are_heard(graph, in);
    MPI_Comm_free(&graph);
}

/* Rank 0 names all edges. */
static void named_by_one(void)
{
    int sources[8], degrees[8], ends[16], weights[16], in[2], out[2], v;
    int got_in[2], got_out[2], w_in[2], w_out[2];
    MPI_Comm graph;
    for (int r = 0; r < size; r++) {
        sources[r] = r;
        degrees[r] = 2;
        name_edges(r, in, ends + 2 * r);
        weights[2 * r] = HEAVY;
        weights[2 * r + 1] = 1;
    }
    MPI_Dist_graph_create(MPI_COMM_WORLD, rank == 0 ? size : 0, sources,
                          degrees, ends, weights, MPI_INFO_NULL, 1, &graph);
    MPI_Comm_rank(graph, &v);
    name_edges(v, in, out);
    MPI_Dist_graph_neighbors(graph, 2, got_in, w_in, 2, got_out, w_out);
    CHECK(memcmp(got_out, out, sizeof out) == 0);
    CHECK(w_out[0] == HEAVY && w_out[1] == 1);
    CHECK(got_in[0] + got_in[1] == in[0] + in[1]);
    partners_share_a_node(graph);
    neighbours_are_heard(graph, got_in);
    MPI_Comm_free(&graph);
}

/* Without weights: two rings, of the even and of the odd ranks. */
static void rings(void)
{
    int index[8], edges[16], nodes[8], mapped, v;
    MPI_Comm graph;
    for (int r = 0; r < size; r++) {
        index[r] = 2 * (r + 1);
        edges[2 * r] = (r + size - 2) % size;
        edges[2 * r + 1] = (r + 2) % size;
    }
    MPI_Graph_create(MPI_COMM_WORLD, size, index, edges, 1, &graph);
    find_nodes(graph, nodes);
    for (v = 2; v < size; v++)
        CHECK(nodes[v] == nodes[v - 2]);
    MPI_Comm_rank(graph, &v);
    MPI_Graph_map(MPI_COMM_WORLD, size, index, edges, &mapped);
    CHECK(mapped == v);
    MPI_Comm_free(&graph);
}

/* Rows of the grid lie on nodes; squares part half as many neighbours. */
static void grid(void)
{
    int dims[2] = { 2, 4 }, periods[2] = { 0, 0 }, nodes[8], cuts = 0;
    int mapped, v;
    MPI_Comm cart;
    MPI_Cart_create(MPI_COMM_WORLD, 2, dims, periods, 1, &cart);
    find_nodes(cart, nodes);
    for (int column = 0; column < 4; column++)
        cuts += nodes[column] != nodes[4 + column];
    for (v = 0; v < 8; v++)
        cuts += v % 4 < 3 && nodes[v] != nodes[v + 1];
    CHECK(cuts == (has_two_nodes() ? 2 : 0));
    MPI_Comm_rank(cart, &v);
    MPI_Cart_map(MPI_COMM_WORLD, 2, dims, periods, &mapped);
    CHECK(mapped == v);
    MPI_Comm_free(&cart);
}

/* On one host four ranks stand for a node, which a setting says to Baton; a
 * setting of 0 is for hosts that are. */
static void know_nodes(void)
{
    const char *count = getenv("BATON_COLL_NODE_RANKS");
    MPI_Comm here;
    int first = rank;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                        &here);
    MPI_Bcast(&first, 1, MPI_INT, 0, here);
    MPI_Comm_free(&here);
    if (count && atoi(count) > 0)
        first = rank / atoi(count);
    MPI_Allgather(&first, 1, MPI_INT, node_of, 1, MPI_INT, MPI_COMM_WORLD);
}

int main(void)
{
    setenv("BATON_COLL_NODE_RANKS", "4", 0);
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    know_nodes();
    CHECK(has_two_nodes() == (size == 8));
    adjacent();
    named_by_one();
    rings();
    if (size == 8)
        grid();
    MPI_Finalize();
    return 0;
}
