/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of packets from one process to one other, in memory both have mapped.
 *
 *   lines    | head | packet of at most 56 bytes | head | packet | ...
 *            0                                  64
 *   payload  ....| longer packet, whole |....| longer packet |..........
 *
 * A packet takes one line. If it fits, it lies in the line, so that the
 * smallest messages move a single cache line; if not, the line says where in
 * the payload ring it lies in one piece. Lines stand at fixed places and hold
 * their head at a fixed place, so user bytes are never taken for a head and
 * nothing needs to be cleared after use.
 *
 * The head's low half is the sequence number, one more than the line's place
 * in the endless row of lines. A line is valid when it has the number that the
 * receiver expects there; what stands there before is the number of a lap
 * earlier, or zero in a ring never used. Only equality is tested, so the
 * number may wrap.
 *
 * One sender, one receiver, no lock, no atomic read-modify-write. Who may
 * write what: the sender the lines and the payload, the receiver `ring_taken`.
 * A sender that dies leaves at most a line without a head: no packet.
 */
#ifndef SHM_RING_H
#define SHM_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport/transport.h"

enum {
    RING_LINES = 256,       /* how far a sender may run ahead */
    RING_INLINE_BYTES = 56, /* what a cache line leaves beside the head */
    RING_PUBLISH = 4        /* consumption is told in quarters of a ring */
};

struct ring_line {
    _Atomic uint64_t head; /* sequence | packet bytes << 32 */
    union {
        unsigned char packet[RING_INLINE_BYTES];
        struct {
            uint64_t offset; /* of the packet in the payload ring */
            uint64_t end;    /* payload bytes ever used, this packet included */
        } place;
    };
};

/* What the receiver has consumed, in a line of its own. */
struct ring_taken {
    _Atomic uint64_t payload;
    _Atomic uint32_t lines;
    unsigned char unused[CACHE_LINE - 12];
};

_Static_assert(sizeof(struct ring_line) == CACHE_LINE, "one line, one head");
_Static_assert(sizeof(struct ring_taken) == CACHE_LINE, "shares with nobody");
_Static_assert((RING_LINES & (RING_LINES - 1)) == 0, "places wrap with 2^32");

/* Where a ring lies. payload_bytes is a power of two. */
struct ring {
    struct ring_line *lines; /* RING_LINES of them */
    unsigned char *payload;
    struct ring_taken *taken;
    uint32_t payload_bytes;
};

/* The sender's private side. */
struct ring_sender {
    struct ring ring;
    uint32_t next;          /* lines ever used */
    uint32_t limit;         /* lines that may be used by what we know */
    uint64_t payload_next;  /* payload bytes ever used */
    uint64_t payload_limit;
};

/* The receiver's private side. */
struct ring_receiver {
    struct ring ring;
    uint32_t next;              /* lines ever consumed */
    uint32_t told;              /* of these published */
    uint64_t payload_next;      /* payload bytes ever consumed */
    uint64_t payload_told;
};

/* Begin with a ring of zeroed memory. */
void ring_sender_init(struct ring_sender *s, const struct ring *ring);
void ring_receiver_init(struct ring_receiver *r, const struct ring *ring);

/*
 * Longest packet of a ring with that much payload: three eighths. The receiver
 * may keep consumption of up to a quarter to itself, and an unlucky packet
 * wastes almost its own length at the end of the ring, so twice three eighths
 * always become free and the sender never waits in vain.
 */
static inline size_t ring_max_packet(uint32_t payload_bytes)
{
    return (size_t)payload_bytes / 8 * 3;
}

/* Send one packet of at most ring_max_packet bytes: POST_DONE or POST_BUSY. */
enum post ring_send(struct ring_sender *s, const struct packet_out *packet);

/* Tell the sender of everything consumed. */
void ring_publish(struct ring_receiver *r);

static inline struct ring_line *ring_next_line(const struct ring_receiver *r)
{
    return &r->ring.lines[r->next % RING_LINES];
}

/*
 * The next packet, in place, or NULL. Receiver only.
 * The acquire load pairs with the release store in ring_send: who sees the
 * sequence number sees the line and the payload written before it.
 */
static inline const struct packet *ring_peek(const struct ring_receiver *r,
                                             size_t *bytes)
{
    struct ring_line *line = ring_next_line(r);
    uint64_t head = atomic_load_explicit(&line->head, memory_order_acquire);
    if ((uint32_t)head != r->next + 1)
        return NULL;
    *bytes = (size_t)(head >> 32);
    return (const struct packet *)(*bytes <= RING_INLINE_BYTES
                                       ? line->packet
                                       : r->ring.payload + line->place.offset);
}

/* Done with the packet of `bytes` that ring_peek gave. Receiver only. */
static inline void ring_release(struct ring_receiver *r, size_t bytes)
{
    if (bytes > RING_INLINE_BYTES)
        r->payload_next = ring_next_line(r)->place.end;
    r->next++;
    if (r->next - r->told >= RING_LINES / RING_PUBLISH ||
        r->payload_next - r->payload_told >=
            r->ring.payload_bytes / RING_PUBLISH)
        ring_publish(r);
}

#endif
