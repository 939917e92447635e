/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The 8-byte prefix of everything that travels between two ranks, and the
 * table that hands arrived packets up.
 *
 *   0      1       2         4          8
 *   +------+-------+---------+----------+---------------------------
 *   | type | flags | private | word     | rest, by type
 *   +------+-------+---------+----------+---------------------------
 *
 * type and flags belong to the upper layer, private to the transport that
 * carries the packet (a sender leaves it 0, a receiver ignores it), word to
 * the type. All ranks of a job have the same byte order.
 */
#ifndef TRANSPORT_PACKET_H
#define TRANSPORT_PACKET_H

#include <stddef.h>
#include <stdint.h>

enum { PACKET_TYPES = 16 };

struct packet {
    uint8_t type;
    uint8_t flags;
    uint16_t private;
    uint32_t word;
};

_Static_assert(sizeof(struct packet) == 8, "the prefix is 8 bytes");

/*
 * Takes one arrived packet. world is the sender's rank in the job; packet is
 * 8-byte aligned, bytes long (prefix included) and valid during the call only.
 * May post; must not poll.
 */
typedef void packet_handler(void *arg, int world, const struct packet *packet,
                            size_t bytes);

struct packet_table {
    packet_handler *handler[PACKET_TYPES]; /* NULL: no such type */
    /* The way to a peer is lost, err says why; what was posted there has been
     * completed. May post elsewhere; must not poll. May be NULL. */
    void (*peer_failed)(void *arg, int world, int err);
    void *arg;
};

/* Hand one packet up; a type that nobody handles is logged and dropped. */
void packet_deliver_unknown(int world, const struct packet *packet);

static inline void packet_deliver(const struct packet_table *table, int world,
                                  const struct packet *packet, size_t bytes)
{
    packet_handler *handler = packet->type < PACKET_TYPES
                                  ? table->handler[packet->type]
                                  : NULL;
    if (handler)
        handler(table->arg, world, packet, bytes);
    else
        packet_deliver_unknown(world, packet);
}

#endif
