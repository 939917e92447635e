/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The binomial tree over P ranks, and the numbering that puts its root at 0.
 *
 * A node's parent is itself without its lowest set bit; its subtree holds the
 * nodes from itself to itself + that bit - 1 (as far as there are so many), so
 * subtrees are runs of ranks. The root counts as having a bit above all ranks.
 *
 *        0            8 ranks: the children of 0 are 4, 2 and 1,
 *      / | \          each with its subtree [4,8) [2,4) [1,2)
 *     4  2  1
 *    /|  |
 *   6 5  3
 *   |
 *   7
 */
#ifndef COLLECTIVES_TREE_H
#define COLLECTIVES_TREE_H

/* Node of `rank` in a tree whose root is `root`, and back. */
static inline int tree_node(int rank, int root, int size)
{
    return rank >= root ? rank - root : rank - root + size;
}

static inline int tree_rank(int node, int root, int size)
{
    int rank = node + root;
    return rank < size ? rank : rank - size;
}

/* The node's bit: its children are node + b for each power of two b < bit with
 * node + b < size. */
static inline int tree_bit(int node, int size)
{
    int bit = 1;
    while (bit < size && !(node & bit))
        bit <<= 1;
    return bit;
}

/* Nodes in the subtree of a node whose bit is `bit`, itself included. */
static inline int tree_span(int node, int bit, int size)
{
    return bit < size - node ? bit : size - node;
}

#endif
