/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The algorithms: one function each, in the file of the same name, whose head
 * gives idea, cost and source. Gather, scatter, allgather and alltoall by the
 * linear, pairwise and ring algorithms also serve blocks that differ. They add
 * one rank's steps to s.
 * Errors   MPI_ERR_NO_MEM
 */
#ifndef COLLECTIVES_ALGORITHMS_H
#define COLLECTIVES_ALGORITHMS_H

#include "collectives/coll.h"
#include "collectives/schedule.h"

int barrier_dissemination(struct schedule *s, const struct coll_args *a);
int barrier_twolevel(struct schedule *s, const struct coll_args *a);

int bcast_binomial(struct schedule *s, const struct coll_args *a);
int bcast_scatter_allgather(struct schedule *s, const struct coll_args *a);
int bcast_chain(struct schedule *s, const struct coll_args *a);
int bcast_pipelined_tree(struct schedule *s, const struct coll_args *a);
int bcast_twolevel(struct schedule *s, const struct coll_args *a);

int reduce_binomial(struct schedule *s, const struct coll_args *a);
int reduce_linear(struct schedule *s, const struct coll_args *a);
int reduce_rabenseifner(struct schedule *s, const struct coll_args *a);
int reduce_pipelined_tree(struct schedule *s, const struct coll_args *a);
int reduce_twolevel(struct schedule *s, const struct coll_args *a);

int allreduce_recursive_doubling(struct schedule *s,
                                 const struct coll_args *a);
int allreduce_ring(struct schedule *s, const struct coll_args *a);
int allreduce_rabenseifner(struct schedule *s, const struct coll_args *a);
int allreduce_pipelined_tree(struct schedule *s, const struct coll_args *a);
int allreduce_twolevel(struct schedule *s, const struct coll_args *a);

/* Are elements the same at all ranks, and may operands meet in any order? */
bool reduction_can_be_cut(const struct coll_args *a);

int gather_binomial(struct schedule *s, const struct coll_args *a);
int gather_linear(struct schedule *s, const struct coll_args *a);

int scatter_binomial(struct schedule *s, const struct coll_args *a);
int scatter_linear(struct schedule *s, const struct coll_args *a);

int allgather_recursive_doubling(struct schedule *s,
                                 const struct coll_args *a);
bool allgather_recursive_doubling_suits(const struct coll_args *a);
int allgather_bruck(struct schedule *s, const struct coll_args *a);
int allgather_ring(struct schedule *s, const struct coll_args *a);

int allgather_neighbor_exchange(struct schedule *s, const struct coll_args *a);
bool allgather_neighbor_exchange_suits(const struct coll_args *a);
int allgather_twolevel(struct schedule *s, const struct coll_args *a);
int allgather_linear(struct schedule *s, const struct coll_args *a);

int alltoall_bruck(struct schedule *s, const struct coll_args *a);
int alltoall_linear(struct schedule *s, const struct coll_args *a);
int alltoall_pairwise(struct schedule *s, const struct coll_args *a);
int alltoall_in_place(struct schedule *s, const struct coll_args *a);
bool alltoall_in_place_suits(const struct coll_args *a);
bool alltoall_two_buffers_suits(const struct coll_args *a);

int reduce_scatter_by_root(struct schedule *s, const struct coll_args *a);
int reduce_scatter_halving(struct schedule *s, const struct coll_args *a);
int reduce_scatter_pairwise(struct schedule *s, const struct coll_args *a);
bool reduce_scatter_commutes(const struct coll_args *a);

int scan_recursive_doubling(struct schedule *s, const struct coll_args *a);
int exscan_recursive_doubling(struct schedule *s, const struct coll_args *a);

/* All neighbourhood collectives. */
int neighbor_linear(struct schedule *s, const struct coll_args *a);

#endif
