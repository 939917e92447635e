/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reduction of long messages up a pipelined binary tree, which leaves each node
 * once. Elements are combined by the tree's order, and cut at elements: op is
 * predefined.
 *
 * Cost     2 h + n / segment rounds, of which two run at a time, h the height
 *          of the tree, about log2 P; a rank receives 2 n bytes at most, the
 *          leader of a node 4 n, and needs memory for four segments of each child
 * Source   see bcast_pipelined_tree.c
 */
#include "collectives/algorithms.h"
#include "collectives/pipeline.h"

int reduce_pipelined_tree(struct schedule *s, const struct coll_args *a)
{
    struct pipeline_tree tree;
    int err = pipeline_binary(s, a, a->root, &tree);
    if (err == MPI_SUCCESS)
        pipeline_up(s, &tree, a);
    return err;
}
