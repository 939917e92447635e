/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbered packets whose length and bytes follow from their number, so that a
 * receiver can check every byte, the order, and that none is missing.
 */
#ifndef SUPPORT_TRAFFIC_H
#define SUPPORT_TRAFFIC_H

#include <stddef.h>
#include <stdint.h>

#include "transport/transport.h"

enum { TRAFFIC_TYPE = 3, TRAFFIC_MAX = 64 << 10 };

/* One direction: what the sender sends next, what the receiver expects. */
struct traffic {
    uint32_t next;
    size_t max_bytes;  /* longest packet, at least 8 */
    size_t bad;        /* packets that were not as expected */
};

/* Length of packet `number`: all short ones occur, and long ones now and
 * then. */
size_t traffic_bytes(const struct traffic *t, uint32_t number);

/* Post the next packet through send(arg, packet). */
enum post traffic_send(struct traffic *t,
                       enum post (*send)(void *arg, const struct packet_out *),
                       void *arg);
enum post traffic_send_to(struct traffic *t, struct endpoint *ep);

/* Check one packet that arrived. */
void traffic_check(struct traffic *t, const struct packet *packet,
                   size_t bytes);

/* A table whose handler checks all that arrives with traffic_check. */
void traffic_table(struct packet_table *table, struct traffic *t);

#endif
