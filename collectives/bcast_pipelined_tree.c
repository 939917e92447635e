/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Broadcast of long messages down a pipelined binary tree, which enters each
 * node once: the ranks of a node pass on one segment while the next is on its
 * way from node to node.
 *
 * Cost     2 h + n / segment rounds, of which two run at a time, h the height
 *          of the tree, about log2 P; a rank sends 2 n bytes at most, the leader
 *          of a node 4 n
 * Source   Pjesivac-Grbovic, Angskun, Bosilca, Fagg, Gabriel, Dongarra 2007,
 *          doi:10.1007/s10586-007-0012-0
 */
#include "collectives/algorithms.h"
#include "collectives/pipeline.h"

int bcast_pipelined_tree(struct schedule *s, const struct coll_args *a)
{
    struct pipeline_tree tree;
    int err = pipeline_binary(s, a, a->root, &tree);
    return err == MPI_SUCCESS ? pipeline_down(s, &tree, a) : err;
}
