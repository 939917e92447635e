/* SPDX-License-Identifier: BSD-3-Clause */
/* Which ranks of a grid share a node, and how grids are dimensioned. */
#include "runtime/comm/placement.h"

#include <stdlib.h>

#include "runtime/objects/topology.h"
#include "tests/support/suite.h"

/* Pairs of neighbours in the grid, without wrapping, on different nodes. */
static int cut_edges(const struct cart *c, const int *nodes, const int *ranks,
                     int size)
{
    int node_at[64], cut = 0;
    for (int r = 0; r < size; r++)
        node_at[ranks[r]] = nodes[r];
    for (int at = 0; at < size; at++)
        for (int d = 0; d < c->ndims; d++) {
            int coords[4];
            cart_coords(c, at, coords);
            if (++coords[d] < c->dims[d])
                cut += node_at[at] != node_at[cart_rank(c, coords)];
        }
    return cut;
}

START_TEST(each_node_gets_a_square)
{
    int dims[] = { 4, 4 }, periods[] = { 0, 0 };
    const struct cart c = { 2, dims, periods };
    int nodes[16], ranks[16], seen[16] = { 0 };
    for (int r = 0; r < 16; r++)
        nodes[r] = r / 4;
    ck_assert(placement_boxes(&c, nodes, 16, ranks));
    for (int r = 0; r < 16; r++)
        seen[ranks[r]]++;
    for (int r = 0; r < 16; r++)
        ck_assert_int_eq(seen[r], 1);
    ck_assert_int_eq(cut_edges(&c, nodes, ranks, 16), 8); /* rows cut 12 */
}
END_TEST

START_TEST(ranks_dealt_round_robin_are_gathered)
{
    int dims[] = { 8 }, periods[] = { 0 };
    const struct cart c = { 1, dims, periods };
    int nodes[8], ranks[8];
    for (int r = 0; r < 8; r++)
        nodes[r] = r % 2;
    ck_assert(placement_boxes(&c, nodes, 8, ranks));
    ck_assert_int_eq(cut_edges(&c, nodes, ranks, 8), 1);
}
END_TEST

/* A ring of 8 whose ranks lie on the nodes in turn: 8 edges each way are cut
 * as it is, 2 each way when each node has an arc. */
START_TEST(arcs_of_a_ring_are_gathered)
{
    int index[8], edges[16], nodes[8], ranks[8], node_at[8], cut = 0;
    const struct graph ring = { 8, 16, index, edges };
    for (int r = 0; r < 8; r++) {
        nodes[r] = r % 2;
        index[r] = 2 * (r + 1);
        edges[2 * r] = (r + 7) % 8;
        edges[2 * r + 1] = (r + 1) % 8;
    }
    ck_assert(placement_grow(&ring, NULL, nodes, ranks));
    for (int r = 0; r < 8; r++)
        node_at[ranks[r]] = nodes[r];
    for (int v = 0; v < 8; v++)
        cut += node_at[v] != node_at[(v + 1) % 8];
    ck_assert_int_eq(cut, 2);
    for (int r = 0; r < 8; r++)
        nodes[r] = r / 4;
    ck_assert(!placement_grow(&ring, NULL, nodes, ranks)); /* it is so already */
}
END_TEST

/* Partners four ranks apart send each other most; ranks that follow each other
 * share the node, as mpirun places them. */
START_TEST(heavy_edges_stay_within_a_node)
{
    int index[8], edges[24], weights[24], nodes[8], ranks[8], node_at[8];
    const struct graph g = { 8, 24, index, edges };
    for (int r = 0; r < 8; r++) {
        nodes[r] = r / 4;
        index[r] = 3 * (r + 1);
        edges[3 * r] = (r + 7) % 8;
        edges[3 * r + 1] = (r + 1) % 8;
        edges[3 * r + 2] = (r + 4) % 8;
        weights[3 * r] = weights[3 * r + 1] = 1;
        weights[3 * r + 2] = 1000000000;
    }
    ck_assert(placement_grow(&g, weights, nodes, ranks));
    for (int r = 0; r < 8; r++)
        node_at[ranks[r]] = nodes[r];
    for (int v = 0; v < 8; v++)
        ck_assert_int_eq(node_at[v], node_at[(v + 4) % 8]);
}
END_TEST

START_TEST(uneven_nodes_and_no_box_change_nothing)
{
    int dims[] = { 3, 3 }, periods[] = { 0, 0 };
    const struct cart c = { 2, dims, periods };
    int uneven[9] = { 0, 0, 0, 0, 1, 1, 1, 2, 2 }, ranks[10];
    ck_assert(!placement_boxes(&c, uneven, 9, ranks));
    int line[] = { 2, 5 };
    const struct cart odd = { 2, line, periods };
    int nodes[10]; /* boxes of 5 exist, of 2 nodes */
    for (int r = 0; r < 10; r++)
        nodes[r] = r / 5;
    ck_assert(placement_boxes(&odd, nodes, 10, ranks));
}
END_TEST

START_TEST(dimensions_multiply_and_do_not_increase)
{
    for (int nodes = 1; nodes <= 400; nodes++)
        for (int n = 1; n <= 4; n++) {
            int dims[4] = { 0 }, product = 1;
            ck_assert(dims_create(nodes, n, dims));
            for (int d = 0; d < n; d++) {
                product *= dims[d];
                ck_assert(d == 0 || dims[d] <= dims[d - 1]);
            }
            ck_assert_int_eq(product, nodes);
        }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("grid");
    tcase_add_test(t, each_node_gets_a_square);
    tcase_add_test(t, ranks_dealt_round_robin_are_gathered);
    tcase_add_test(t, uneven_nodes_and_no_box_change_nothing);
    tcase_add_test(t, arcs_of_a_ring_are_gathered);
    tcase_add_test(t, heavy_edges_stay_within_a_node);
    tcase_add_test(t, dimensions_multiply_and_do_not_increase);
    return suite_run("grid", t);
}
