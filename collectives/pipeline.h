/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A message that moves through a tree in segments: while one is on its way
 * between two levels, the next follows below and the one before goes on above.
 *
 * Rounds are counted alike at all ranks: both ends of each message stand in the
 * same one. A rank sends a segment on two rounds after the one in which it
 * begins to receive it, and each round overlaps with the next, so that two
 * segments are under way on each link.
 */
#ifndef COLLECTIVES_PIPELINE_H
#define COLLECTIVES_PIPELINE_H

#include "collectives/coll.h"
#include "collectives/schedule.h"

enum { PIPELINE_CHILDREN_MAX = 4 };

/* A rank's place. */
struct pipeline_tree {
    int parent; /* -1 at the root */
    int children[PIPELINE_CHILDREN_MAX];
    int child_count;
    int depth;  /* levels above */
    int height; /* levels of the whole tree, below the root */
};

/* All ranks in a row, from root on. */
void pipeline_chain(const struct coll_args *a, int root,
                    struct pipeline_tree *out);

/*
 * A binary tree; where ranks are on several nodes, one of their leaders, and
 * one of the ranks of each node below its leader. Errors: MPI_ERR_NO_MEM
 */
int pipeline_binary(struct schedule *s, const struct coll_args *a, int root,
                    struct pipeline_tree *out);

/* a->recv of the root to all ranks, in packed form where it has gaps. Errors:
 * MPI_ERR_NO_MEM */
int pipeline_down(struct schedule *s, const struct pipeline_tree *t,
                  const struct coll_args *a);

/* a->send of all ranks, combined by a->op, to a->recv of the root; elements
 * are the same at all ranks and meet in any order (reduction_can_be_cut). */
void pipeline_up(struct schedule *s, const struct pipeline_tree *t,
                 const struct coll_args *a);

/* To the root and, segment by segment, back to a->recv of all ranks. */
void pipeline_up_and_down(struct schedule *s, const struct pipeline_tree *t,
                          const struct coll_args *a);

#endif
