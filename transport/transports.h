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
 * The transports that the setting allows, in its order; the list and its
 * length are the caller's.
 * Errors   MPI_ERR_ARG: unknown name in the setting
 */
int transports_allowed(const struct transport_ops *allowed[TRANSPORTS_MAX],
                       unsigned *count);

/*
 * Open the given transports, publish the cards and exchange them (collective).
 * packets must outlive the result. A transport that refuses to open is no
 * error here.
 * Errors   MPI_ERR_NO_MEM; as boot_put, boot_exchange
 */
int transports_open(struct process *process, const struct packet_table *packets,
                    const struct transport_ops *const *ops, unsigned count,
                    struct transports **out);

/* Close all. Every rank has stopped sending. */
void transports_close(struct transports *ts);

/*
 * The endpoint to a peer, made on first call.
 * Errors   an MPI_ERR_OTHER code whose sentence says why each transport was
 *          refused
 */
int transports_endpoint(struct transports *ts, int world,
                        struct endpoint **out);

struct backlog *transports_backlog(struct transports *ts);

#endif
