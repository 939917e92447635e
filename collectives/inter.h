/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Collectives between the two groups of an intercommunicator. Ranks of
 * messages are those of the remote group; within a group an algorithm runs on
 * its local communicator, led by rank 0.
 */
#ifndef COLLECTIVES_INTER_H
#define COLLECTIVES_INTER_H

#include "collectives/coll.h"
#include "collectives/schedule.h"

int inter_barrier(struct schedule *s, const struct coll_args *a);
int inter_bcast(struct schedule *s, const struct coll_args *a);
int inter_reduce(struct schedule *s, const struct coll_args *a);
int inter_allreduce(struct schedule *s, const struct coll_args *a);
int inter_reduce_scatter(struct schedule *s, const struct coll_args *a);

/* gather and gatherv; scatter and scatterv */
int inter_gather(struct schedule *s, const struct coll_args *a);
int inter_scatter(struct schedule *s, const struct coll_args *a);

/* allgather and allgatherv; alltoall, alltoallv and alltoallw */
int inter_allgather(struct schedule *s, const struct coll_args *a);
int inter_alltoall(struct schedule *s, const struct coll_args *a);

#endif
