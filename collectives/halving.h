/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recursive halving and doubling: the parts that Rabenseifner's reductions are
 * made of.
 *
 * The largest power of two of the ranks take part, numbered from 0. When P is
 * no power of two, the first 2 r ranks join in pairs: the even one hands its
 * contribution to the odd one and sits out. Elements are cut into a share for
 * each number; operands meet out of rank order, so op must commute.
 */
#ifndef COLLECTIVES_HALVING_H
#define COLLECTIVES_HALVING_H

#include "collectives/coll.h"
#include "collectives/schedule.h"
#include "collectives/shares.h"

struct halving {
    struct schedule *schedule;
    const struct mpi_op *op;
    struct span input;    /* this rank's contribution, read only */
    struct span data;     /* where the result grows; may be the input */
    struct span spare;    /* for what arrives */
    struct shares shares; /* of the numbers */
    int rank;
    int power;            /* how many take part */
    int pairs;
    int number;           /* ours; -1: we sit out */
};

/* Number, pairs and power of this rank; the caller fills the rest. */
void halving_init(struct halving *h, struct schedule *s,
                  const struct coll_args *a);

/* The rank that has a number, and the first of the ranks it stands for. */
int halving_rank(const struct halving *h, int number);
int halving_first(const struct halving *h, int number);

/*
 * Combine all contributions; our number's share of data is then the result.
 * Cost     log2 P rounds, one more when P is no power of two; n bytes
 */
void halving_reduce(struct halving *h);

/*
 * Every number gets the shares of all, and who sits out, too. Cost: as
 * halving_reduce
 */
void halving_allgather(struct halving *h);

/* The rank `root` gets the shares of all, in `result`. Cost: as above */
void halving_gather(struct halving *h, int root, struct span result);

#endif
