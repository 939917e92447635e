/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Partitioned communication: a persistent message whose parts are sent as they
 * become ready (MPI 5.0, chapter 4). Caller holds the library lock.
 *
 *   sender                      receiver
 *     |--SETUP (user's tag)------>|     at init, matched in order of init
 *     |--partition i (tag base+i)>|     each round, in any order
 *
 * SETUP names the sender's partitions and a range of tags for them, which are
 * below all that a user may give. Each round's parts are matched by tag in
 * order of rounds.
 */
#ifndef P2P_PARTITIONED_H
#define P2P_PARTITIONED_H

#include "runtime/p2p/p2p.h"

/* m describes one partition. Errors: MPI_ERR_NO_MEM; MPI_ERR_OTHER when the
 * communicator has no tags left */
int partitioned_send_init(const struct message *m, int partitions,
                          struct mpi_request **out);
int partitioned_recv_init(const struct message *m, int partitions,
                          struct mpi_request **out);

/* Is r such a send, or receive? */
bool partitioned_is_send(const struct mpi_request *r);
bool partitioned_is_receive(const struct mpi_request *r);

/* How many partitions the user said it has. */
int partitioned_count(const struct mpi_request *r);

/*
 * Partition i of an active send may go.
 * Errors   MPI_ERR_ARG when it is ready already
 */
int partitioned_ready(struct mpi_request *r, int i);

/* Has partition i of an active or complete receive arrived? */
bool partitioned_has_arrived(const struct mpi_request *r, int i);

#endif
