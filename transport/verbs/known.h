/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Headers that the peer knows already. A message of exactly one frame of the
 * wire takes two with a header before it, and a frame costs more than all that
 * the library does. Programs say the same again and again, so both ends of a
 * connection keep the last few 16-byte headers of packets that were too long
 * to go inline; a packet whose header is among them travels without it, as a
 * bare payload whose immediate data name the header.
 *
 * The sender decides what is kept, and where; what it decides arrives in the
 * order in which it was sent, so both ends always hold the same.
 *
 *   private of a packet   | 15      | 14       | 13 12 | 11 .. 0 |
 *                         | control | remember | place | credits |
 *   immediate data        | 31   | 29 28 | 27 .. 16 | 15 .. 0       |
 *                         | bare | place | credits  | slots of ring |
 */
#ifndef VERBS_KNOWN_H
#define VERBS_KNOWN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "transport/packet.h"

/* packet.private on this transport. */
enum {
    PRIVATE_CREDITS = 0x0fff,  /* credits returned */
    PRIVATE_REMEMBER = 0x4000, /* the first 16 bytes are a header to keep */
    PRIVATE_CONTROL = 0x8000,  /* the packet is ours; type is one of control */
    PRIVATE_PLACE_SHIFT = 12
};

/* Immediate data. */
enum {
    IMMEDIATE_SLOTS = 0xffff, /* of the ring that are free */
    IMMEDIATE_CREDITS_SHIFT = 16,
    IMMEDIATE_PLACE_SHIFT = 28
};
#define IMMEDIATE_BARE (UINT32_C(1) << 31)

enum { KNOWN_HEADERS = 4, KNOWN_BYTES = 16 };

struct known {
    uint64_t headers[KNOWN_HEADERS][2]; /* as the layer above wrote them */
};

/* Where a header is kept: messages of different tags do not drive each other
 * out. */
static inline unsigned known_place(const void *header)
{
    return ((const struct packet *)header)->word % KNOWN_HEADERS;
}

static inline bool known_has(const struct known *k, const void *header)
{
    return memcmp(k->headers[known_place(header)], header, KNOWN_BYTES) == 0;
}

static inline void known_keep(struct known *k, unsigned place,
                              const void *header)
{
    memcpy(k->headers[place], header, KNOWN_BYTES);
    ((struct packet *)(void *)k->headers[place])->private = 0;
}

#endif
