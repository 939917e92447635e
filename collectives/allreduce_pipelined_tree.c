/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allreduce of long messages: up a pipelined binary tree and down again, each
 * segment as soon as the root has it, so that both directions of each link are
 * in use.
 *
 * Cost     4 h + n / segment rounds, of which two run at a time, h the height
 *          of the tree, about log2 P; a rank sends and receives 3 n bytes at
 *          most, the leader of a node 5 n
 * Source   see bcast_pipelined_tree.c
 */
#include "collectives/algorithms.h"
#include "collectives/pipeline.h"

int allreduce_pipelined_tree(struct schedule *s, const struct coll_args *a)
{
    struct pipeline_tree tree;
    int err = pipeline_binary(s, a, 0, &tree);
    if (err == MPI_SUCCESS)
        pipeline_up_and_down(s, &tree, a);
    return err;
}
