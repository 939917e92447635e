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
 * The head's low half is the packet's number, counted from 1. A line is valid
 * when it has the number that the receiver expects there; what stands there
 * before is the number of a lap earlier, or zero in a ring never used. Only
 * equality is tested, so the number may wrap.
 *
 * One sender, one receiver, no lock, no atomic read-modify-write. Who may
 * write what: the sender the lines and the payload, the receiver `ring_taken`.
 * A sender that dies leaves at most a line without a head: no packet.
 *
 * The turn line. Two processes have a ring each way and one line more, which
 * only the one whose turn it is may write. Writing a packet there passes the
 * turn on: it is the receiver's as soon as it has released the packet. It
 * stands for the ring's line of the same number, which stays unused, so order
 * and flow control know nothing of it. It makes request and reply fast: who
 * answers has just read that very cache line and holds it, while a line of the
 * ring must first be taken from the core that polls it, which more than
 * doubles the time (docs/shm.md has the figures).
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
    _Atomic uint64_t head; /* number | packet bytes << 32 */
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

/* One process's side of a turn line; its sender and its receiver share it. */
struct ring_turn {
    struct ring_line *line;
    uint32_t side; /* 0 or 1: which of the two this is; 0 begins */
    bool is_mine;  /* whose turn it is, so who may write the line */
};

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
    struct ring_turn *turn;
    uint32_t next;          /* lines ever used */
    uint32_t limit;         /* lines that may be used by what we know */
    uint64_t payload_next;  /* payload bytes ever used */
    uint64_t payload_limit;
};

/* The receiver's private side. */
struct ring_receiver {
    struct ring ring;
    struct ring_turn *turn;
    const struct ring_line *line; /* of the packet given by ring_peek */
    uint32_t next;              /* lines ever consumed */
    uint32_t told;              /* of these published */
    uint64_t payload_next;      /* payload bytes ever consumed */
    uint64_t payload_told;
};

/* Begin with zeroed memory. */
void ring_turn_init(struct ring_turn *t, struct ring_line *line, uint32_t side);
void ring_sender_init(struct ring_sender *s, const struct ring *ring,
                      struct ring_turn *turn);
void ring_receiver_init(struct ring_receiver *r, const struct ring *ring,
                        struct ring_turn *turn);

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

/* The number in a turn line: whose it is must show, since both count from 1. */
static inline uint32_t ring_turn_number(uint32_t number, uint32_t side)
{
    return 2 * number + side;
}

/*
 * The line of the next packet, or NULL. Receiver only.
 * The acquire loads pair with the release store that published the line: who
 * sees the number sees the line and the payload written before it.
 */
static inline const struct ring_line *ring_arrived(const struct ring_receiver *r,
                                                   uint64_t *head)
{
    const struct ring_line *line = &r->ring.lines[r->next % RING_LINES];
    *head = atomic_load_explicit(&line->head, memory_order_acquire);
    if ((uint32_t)*head == r->next + 1)
        return line;
    if (r->turn->is_mine)
        return NULL;
    line = r->turn->line;
    *head = atomic_load_explicit(&line->head, memory_order_acquire);
    return (uint32_t)*head == ring_turn_number(r->next + 1, !r->turn->side)
               ? line
               : NULL;
}

/* The next packet, in place, or NULL. Receiver only. */
static inline const struct packet *ring_peek(struct ring_receiver *r,
                                             size_t *bytes)
{
    uint64_t head;
    r->line = ring_arrived(r, &head);
    if (!r->line)
        return NULL;
    *bytes = (size_t)(head >> 32);
    return (const struct packet *)(*bytes <= RING_INLINE_BYTES
                                       ? r->line->packet
                                       : r->ring.payload +
                                             r->line->place.offset);
}

/* Done with the packet of `bytes` that ring_peek gave. Receiver only. */
static inline void ring_release(struct ring_receiver *r, size_t bytes)
{
    if (bytes > RING_INLINE_BYTES)
        r->payload_next = r->line->place.end;
    if (r->line == r->turn->line)
        r->turn->is_mine = true;
    r->next++;
    if (r->next - r->told >= RING_LINES / RING_PUBLISH ||
        r->payload_next - r->payload_told >=
            r->ring.payload_bytes / RING_PUBLISH)
        ring_publish(r);
}

#endif
