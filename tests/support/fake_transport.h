/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A network inside one process, for tests of what stands on transports.
 *
 *     struct fake_network *net = fake_network_create(2, NULL);
 *     struct process *p0 = fake_network_process(net, 0);
 *     transports_open(p0, &table, &fake_only, 1, &ts0);
 *     ... the same for p1 ...
 *     transports_endpoint(ts0, 1, &ep);
 *     endpoint_send(ep, &packet);
 *     progress_poll(&p1->progress);          the packet arrives here
 *     ... transports_close both ...
 *     fake_network_free(net);
 *
 * Each rank has a struct process of its own (boot NULL, no node segment) and
 * all share the address space, so gets and puts are copies. Packets of one pair arrive
 * in order and exactly once, as the contract wants; all else is as unkind as
 * the options say. The same seed gives the same run. Not thread-safe: the
 * test polls the ranks in turn.
 */
#ifndef SUPPORT_FAKE_TRANSPORT_H
#define SUPPORT_FAKE_TRANSPORT_H

#include "runtime/base/process.h"
#include "transport/transports.h"

struct fake_network;

struct fake_options {
    size_t max_packet_bytes; /* 0: 4096 */
    size_t eager_bytes;      /* 0: max_packet_bytes - 128 */
    bool no_get;             /* can_get is false everywhere */
    bool no_put;             /* can_put */
    bool late_get;           /* get and put answer PENDING and end in a poll */
    unsigned failed_gets;    /* so many percent of them stop half way */
    unsigned delay;          /* a packet may be held back for up to so many
                                polls; packets of different pairs overtake
                                each other then */
    unsigned busy_percent;   /* so many of the posts answer BUSY */
    unsigned capacity;       /* packets under way per pair before BUSY; 0: no
                                limit */
    unsigned seed;
};

/* options may be NULL: everything arrives at the next poll. */
struct fake_network *fake_network_create(int count,
                                         const struct fake_options *options);

/* Drops what is under way. The transports must be closed. */
void fake_network_free(struct fake_network *net);

struct process *fake_network_process(struct fake_network *net, int world);

/* For transports_open: it opens only on processes of a network. */
extern const struct transport_ops fake_transport;
extern const struct transport_ops *const fake_only; /* a list of one */

/* Keep what travels between a pair under way until released. */
void fake_network_hold(struct fake_network *net, int from, int to);
void fake_network_release(struct fake_network *net, int from, int to);

/* The next `count` posts from one rank to the other answer BUSY. */
void fake_network_busy(struct fake_network *net, int from, int to,
                       unsigned count);

/* Posts from one rank to the other fail from now on, with this error code;
 * gets that are pending end with it, and the layer above is told. */
void fake_network_fail(struct fake_network *net, int from, int to, int error);

/* Packets sent and not delivered yet, over all pairs. */
size_t fake_network_under_way(const struct fake_network *net);

/* Regions retained and not released yet, over all ranks. */
size_t fake_network_regions(const struct fake_network *net);

/* Poll all ranks in turn until nothing is under way and none reports an
 * event; held packets do not count. */
void fake_network_settle(struct fake_network *net);

#endif
