/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Persistent requests: a message that is described once and started often
 * (MPI 5.0, 3.9). Each start makes a request of its own, which the persistent
 * one follows. Caller holds the library lock.
 */
#ifndef P2P_PERSISTENT_H
#define P2P_PERSISTENT_H

#include "runtime/p2p/p2p.h"

/* How the message is started: p2p_send_start, p2p_recv_start, bsend_start. */
typedef int message_start(const struct message *m, struct mpi_request **out);

/*
 * An inactive persistent request for m, with a handle. Keeps m's communicator
 * and type alive.
 * Errors   MPI_ERR_NO_MEM
 */
int persistent_create(const struct message *m, message_start *start,
                      struct mpi_request **out);

#endif
