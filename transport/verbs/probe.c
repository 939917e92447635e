/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One request at a time for each connection, on an id of its own.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/probe.h"

#include "runtime/base/log.h"
#include "transport/verbs/connection.h"

enum {
    PROBE_PORT = 1,      /* nobody listens there */
    PROBE_MSEC = 2000,   /* to find address and route */
    PROBE_AGAIN_NSEC = 1000000000
};

void probe_stop(struct connection *c)
{
    if (c->probe)
        rdma_destroy_id(c->probe);
    c->probe = NULL;
}

void probe_start(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    struct sockaddr_in6 to = c->address;
    to.sin6_port = htons(PROBE_PORT); /* same place in sockaddr_in */
    c->probe_at += PROBE_AGAIN_NSEC;  /* should this one fail */
    if (rdma_create_id(v->events, &c->probe, c, RDMA_PS_TCP) != 0) {
        c->probe = NULL;
        return;
    }
    if (rdma_resolve_addr(c->probe, (struct sockaddr *)&v->device.address,
                          (struct sockaddr *)&to, PROBE_MSEC) != 0)
        probe_stop(c);
}

void probe_take_news(struct connection *c, const struct news *news)
{
    struct rdma_conn_param param = { .qp_num = 1 }; /* there is none */
    int status = 0;
    switch (news->type) {
    case RDMA_CM_EVENT_ADDR_RESOLVED:
        status = rdma_resolve_route(c->probe, PROBE_MSEC);
        break;
    case RDMA_CM_EVENT_ROUTE_RESOLVED:
        status = rdma_connect(c->probe, &param);
        break;
    case RDMA_CM_EVENT_REJECTED:
    case RDMA_CM_EVENT_CONNECT_RESPONSE:
        log_debug("rank %d is silent but its host is there", c->base.world);
        probe_stop(c);
        connection_set_deadline(c);
        break;
    default:
        log_debug("asking the host of rank %d: %s", c->base.world,
                  rdma_event_str(news->type));
        status = -1;
    }
    if (status != 0)
        probe_stop(c);
}
