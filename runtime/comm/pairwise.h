/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Talk among ranks that have no communicator of their own yet: messages over
 * a parent, apart from those of the user. The user's tag tells concurrent
 * calls apart; they are tags that no user can give.
 */
#ifndef COMM_PAIRWISE_H
#define COMM_PAIRWISE_H

#include <stddef.h>

struct context_mask;
struct mpi_comm;
struct mpi_group;

/* Bytes to send and to receive. */
struct pairwise {
    const void *out;
    size_t out_bytes;
    void *in;
    size_t in_bytes;
};

/* Exchange with one rank of comm, or the remote group. Errors: as p2p_send,
 * p2p_recv */
int pairwise_exchange(struct mpi_comm *comm, int rank, int tag,
                      const struct pairwise *data);

/*
 * Every rank of group, which has ours, gets the ids that are free at all of
 * them.
 * Cost     2 ceil(log2 P) rounds: up and down a binomial tree
 * Errors   as pairwise_exchange
 */
int pairwise_and(struct mpi_comm *parent, const struct mpi_group *group,
                 int tag, struct context_mask *mask);

#endif
