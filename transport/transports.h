/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transports of one rank, and which of them carries messages to whom.
 *
 * Opened in the order of the setting `transports`; a pair of ranks uses the
 * first that both have and that reaches. What was refused, and why, is kept
 * for the error message and for --explain.
 */
#ifndef TRANSPORT_TRANSPORTS_H
#define TRANSPORT_TRANSPORTS_H

#include "transport/backlog.h"
#include "transport/transport.h"

enum { TRANSPORTS_MAX = 8 };

struct transports;

/*
 * Open every allowed transport, publish the cards and exchange them
 * (collective). packets must outlive the result.
 * Errors   MPI_ERR_ARG: unknown name in the setting; as boot_put, boot_exchange
 */
int transports_open(struct process *process, const struct packet_table *packets,
                    struct transports **out);

/*
 * The same with `count` (at most TRANSPORTS_MAX) transports named by the
 * caller. Where process->boot is NULL nothing is exchanged: a transport then
 * gets its own card as that of every peer (tests).
 */
int transports_open_with(struct process *process,
                         const struct packet_table *packets,
                         const struct transport_ops *const *ops,
                         unsigned count, struct transports **out);

/* Close all. Every rank has stopped sending. */
void transports_close(struct transports *ts);

/*
 * The endpoint to a peer, made on first call.
 * Errors   an MPI_ERR_OTHER code whose sentence says why each transport was
 *          refused
 */
int transports_endpoint(struct transports *ts, int world,
                        struct endpoint **out);

/* Poll all transports and retry what was busy; a progress function. */
int transports_poll(void *ts);

struct backlog *transports_backlog(struct transports *ts);

#endif
