/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Intercommunicators: messages go from one group to another (MPI 5.0, 7.6).
 * One context serves both directions, as the groups are disjoint. The leaders
 * of the groups talk, each tells its own group over a communicator that the
 * user does not see. Caller holds the library lock.
 */
#ifndef COMM_INTER_H
#define COMM_INTER_H

#include "runtime/objects/comm.h"

/* How the leaders reach each other. */
struct inter_bridge {
    struct mpi_comm *peer; /* significant at the leader only */
    int remote;            /* rank of the other leader in it */
    int tag;
};

/*
 * An intercommunicator between local's group and that of the other leader;
 * collective over both.
 * Errors   MPI_ERR_NO_MEM, MPI_ERR_GROUP when the groups are not disjoint
 */
int inter_create(struct mpi_comm *local, int leader,
                 const struct inter_bridge *bridge, struct mpi_comm **out);

/* Both groups as one; those with high come last. Errors: as inter_create */
int inter_merge(struct mpi_comm *inter, bool high, struct mpi_comm **out);

int inter_dup(struct mpi_comm *parent, struct mpi_comm **out);

/* Of each side the ranks of its group; *out is NULL where one is empty. */
int inter_subset(struct mpi_comm *parent, struct mpi_group *group,
                 struct mpi_comm **out);

/* One for each color that both sides have; as comm_split. */
int inter_split(struct mpi_comm *parent, int color, int key,
                struct mpi_comm **out);

#endif
