/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections on first use over librdmacm.
 *
 *   IDLE -> ADDRESS -> ROUTE -> REQUESTED -> READY      we ask
 *   IDLE -> ACCEPTED -> READY                           the peer asks
 *
 * Both may ask at once. A rank that has not sent its request yet gives it up
 * and accepts; when both have, the request of the lower rank wins: the lower
 * refuses the other as a duplicate (the higher is then AWAITED, unless it has
 * seen the lower one's request already), the higher gives up its own.
 */
#ifndef VERBS_CONNECT_H
#define VERBS_CONNECT_H

#include "transport/verbs/verbs.h"
#include "transport/verbs/wire.h"

/* One event of librdmacm, copied. */
struct news {
    enum rdma_cm_event_type type;
    int status;
    struct rdma_cm_id *id;
    struct rdma_conn_param param;
    char private_data[PRIVATE_DATA_REQUEST];
};

/* Begin to connect; address and nonce are set. Failure shows in the state. */
void connect_start(struct connection *c);

/* What both rails' connections have in common: the settings' options of an id,
 * the hello with the listener's nonce, and what to connect with on a device;
 * asked for with `news`, or asking with NULL. */
void connect_set_options(struct rdma_cm_id *id);
struct hello connect_hello(const struct verbs *v, uint64_t nonce);
struct rdma_conn_param connect_param(const struct device *d,
                                     const struct hello *hello,
                                     const struct news *news);

/* A peer asks. */
void connect_take_request(struct verbs *v, const struct news *news);

/* Something happened to a connection. */
void connect_take_news(struct connection *c, const struct news *news);

/* A packet came on an accepted connection: the peer has confirmed. */
void connect_confirm(struct connection *c);

#endif
