/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A send and a receive that are one operation: MPI_Isendrecv and the replacing
 * forms (MPI 5.0, 3.10). Caller holds the library lock.
 */
#ifndef P2P_EXCHANGE_H
#define P2P_EXCHANGE_H

#include "runtime/p2p/p2p.h"

/*
 * Start both; *out ends when both have ended, with the receive's status and
 * the error of the receive, or else of the send. A send that fails takes the
 * receive back if it can.
 * Errors   MPI_ERR_NO_MEM
 */
int exchange_start(const struct message *send, const struct message *recv,
                   struct mpi_request **out);

/* The same, waiting for both: no request of its own is needed. */
int exchange_run(const struct message *send, const struct message *recv,
                 MPI_Status *status);

/* As exchange_start with one buffer, which is copied before. */
int exchange_replace_start(const struct message *send,
                           const struct message *recv,
                           struct mpi_request **out);

#endif
