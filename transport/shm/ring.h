/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of packets from one process to one other, in memory both have mapped.
 *
 *   lines    | head | packet | head | longer packet .... | head | packet |
 *            0                64                         192
 *   payload  ....| longest packet, whole |....| longest packet |..........
 *
 * A packet lies behind its head, in one line or in consecutive ones, so that a
 * message moves no cache line but those with its bytes and the receiver knows
 * where the next begins. One longer than a span has a line alone, which says
 * where in the payload ring it lies in one piece. One that begins in the last
 * lines goes on behind them, in lines that are there for that only.
 *
 * The head's low half is the number of its line, counted from 1 through all
 * laps; those at the end of a lap for which there are no lines are passed over,
 * for the ring is shorter than a power of two. A packet has arrived when the
 * line where the receiver expects it has that number. What stands there before
 * is the number of a lap earlier, or zero in a ring never used, but never bytes
 * of a packet that went on there: the sender writes over such before it uses the
 * line in front. Only equality is tested, so the number may wrap.
 *
 * One sender, one receiver, no lock, no atomic read-modify-write. Who may
 * write what: the sender the lines and the payload, the receiver `ring_taken`.
 * A sender that dies leaves at most a line without a head: no packet.
 *
 * The turn lines. Two processes have a ring each way and a few lines more,
 * which only the one whose turn it is may write. Writing a packet there passes
 * the turn on: it is the receiver's as soon as it has released the packet. It
 * stands for the ring's line of the same number, which stays unused, so order
 * and flow control know nothing of it. It makes request and reply fast: who
 * answers has just read these very cache lines and holds them, while lines of
 * the ring must first be taken from the core that polls them, which more than
 * doubles the time (docs/shm.md has the figures). As only the first has a
 * head, a packet lies in them in one piece, also one that is long for the ring.
 *
 *   turn     | common: 258 lines, either's | 9 of side 0 | 9 of side 1 |
 *
 * A packet of 2 to 9 lines is faster in lines that only its sender writes. So
 * that the receiver need poll no third line, a packet by turn says when its
 * sender's next one will lie in the other place: like comes after like, mostly.
 */
#ifndef SHM_RING_H
#define SHM_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/copy.h"
#include "transport/transport.h"

enum {
    RING_LAP_LINES = 176,   /* where packets begin */
    RING_LAP = 256,         /* numbers of a lap; a power of two, for they wrap */
    RING_INLINE_BYTES = 56, /* what a cache line leaves beside the head */
    RING_SPAN_LINES = 66,   /* of the longest packet behind its head: 4 KiB */
    RING_SPAN_BYTES = RING_SPAN_LINES * CACHE_LINE - 8,
    RING_ELSEWHERE = 1 << 30, /* with the bytes: it lies in the payload ring */
    RING_MOVES = 1 << 29,   /* and: the next by turn is in the other place */
    RING_BYTES = RING_MOVES - 1,
    RING_COMMON_LINES = 258, /* one packet of 16 KiB and its header */
    RING_COMMON_BYTES = RING_COMMON_LINES * CACHE_LINE - 8,
    RING_OWN_LINES = 9,     /* and one of 512 B */
    RING_OWN_BYTES = RING_OWN_LINES * CACHE_LINE - 8,
    RING_TURN_LINES = RING_COMMON_LINES + 2 * RING_OWN_LINES,
    RING_ALL_LINES = RING_LAP_LINES + RING_SPAN_LINES - 1,
    RING_TELL_LINES = 32,   /* consumption is told so often */
    RING_TELL_PAYLOADS = 4  /* or each time a quarter of the payload was */
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
_Static_assert((RING_LAP & (RING_LAP - 1)) == 0, "laps wrap with 2^32");
_Static_assert(RING_ALL_LINES <= RING_LAP, "a line has one number in a lap");

/* One process's side of the turn lines; its sender and its receiver share it. */
struct ring_turn {
    struct ring_line *lines; /* RING_TURN_LINES of them */
    uint32_t side; /* 0 or 1: which of the two this is; 0 begins */
    bool is_mine;  /* whose turn it is, so who may write the line */
};

/* Where a ring lies. payload_bytes is a power of two. */
struct ring {
    struct ring_line *lines; /* RING_ALL_LINES of them */
    unsigned char *payload;
    struct ring_taken *taken;
    uint32_t payload_bytes;
};

/* The sender's private side. */
struct ring_sender {
    struct ring ring;
    struct ring_turn *turn;
    struct ring_line *turn_line; /* for the next packet by turn */
    uint32_t next;          /* number of the next packet's line, less one */
    uint32_t limit;         /* there, ring_room must be asked: the end of the
                               lap, or as long as a span fits, or of the room */
    uint32_t room;          /* the lines in front of this number are free, by
                               what we know; its own holds no user's bytes */
    uint32_t spanned;       /* `next` after the last packet of several lines */
    uint64_t payload_next;  /* payload bytes ever used */
    uint64_t payload_limit;
    int distance_nsec;      /* to read what the receiver's core has written */
    unsigned learn_in;      /* readings until one of them is timed */
};

/* The receiver's private side. */
struct ring_receiver {
    struct ring ring;
    struct ring_turn *turn;
    const struct ring_line *turn_line; /* of the next packet by turn */
    const struct ring_line *next_turn_line; /* and of the one behind it */
    const struct ring_line *line; /* of the packet given by ring_peek */
    const struct ring_line *expected; /* the ring's line of the next packet */
    uint32_t number;            /* the next packet's there */
    uint32_t turn_number;       /* and in the turn line */
    uint32_t from_side;         /* the sender's of the turn lines */
    uint32_t next;              /* the next packet's number, less one */
    uint32_t lines;             /* of the packet given by ring_peek */
    uint32_t tell_at;           /* publish when `next` comes there: at the end
                               of the lap, or sooner */
    uint64_t payload_next;      /* payload bytes ever consumed, with those of
                                   the packet given by ring_peek */
    uint64_t payload_told;      /* of these published */
};

/* Begin with zeroed memory. */
void ring_turn_init(struct ring_turn *t, struct ring_line *lines,
                    uint32_t side);
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

/* Has `number` come to `at`, or passed it? Both wrap. */
static ALWAYS_INLINE bool ring_is_at(uint32_t number, uint32_t at)
{
    return (int32_t)(number - at) >= 0;
}

/* Send one packet of at most ring_max_packet bytes: POST_DONE or POST_BUSY. */
enum post ring_send(struct ring_sender *s, const struct packet_out *packet);

/* How many lines the next packet may have, RING_SPAN_LINES or more being as good
 * as any. Begins a lap, or looks at what was consumed, if need be. */
uint32_t ring_room(struct ring_sender *s);

/* Begin the next lap if this one is at its end, and tell the sender of
 * everything consumed. */
void ring_publish(struct ring_receiver *r);

/* Lines of a packet of so many bytes, at most a span. */
static inline uint32_t ring_span(size_t bytes)
{
    return (uint32_t)((bytes + 8 + CACHE_LINE - 1) / CACHE_LINE);
}

/* Where a packet of at most a span lies; it may go on in the next lines. */
static inline unsigned char *ring_inline(const struct ring_line *line)
{
    return (unsigned char *)(uintptr_t)line + offsetof(struct ring_line, packet);
}

/* The number in a turn line: whose it is must show, since both count from 1. */
static inline uint32_t ring_turn_number(uint32_t number, uint32_t side)
{
    return 2 * number + side;
}

/* The lines of the turn that only one side writes. */
static inline struct ring_line *ring_own_lines(const struct ring_turn *t,
                                               uint32_t side)
{
    return t->lines + RING_COMMON_LINES + side * RING_OWN_LINES;
}

enum { RING_SHORT_HEADER = 16,
       RING_SHORT_PAYLOAD = RING_INLINE_BYTES - RING_SHORT_HEADER };

/* The longest payload that ring_send_span takes and had better be given. */
size_t ring_span_payload(const struct ring_sender *s);

/* Send a header of two words and a payload of more than RING_SHORT_PAYLOAD and
 * at most ring_span_payload bytes; there is room for a span. True when ring_room
 * must be asked before the next. */
bool ring_send_span(struct ring_sender *s, uint64_t word0, uint64_t word1,
                    const void *payload, size_t payload_bytes);

/* The same with a payload that fits the line; there is room for that. */
static ALWAYS_INLINE bool ring_send_short(struct ring_sender *s, uint64_t word0,
                                          uint64_t word1, const void *payload,
                                          size_t payload_bytes)
{
    struct ring_line *line = &s->ring.lines[s->next % RING_LAP];
    uint32_t next = s->next + 1, number = next;
    if (s->turn->is_mine) {
        s->turn->is_mine = false;
        line = s->turn_line;
        number = ring_turn_number(next, s->turn->side);
    }
    s->next = next;
    memcpy(line->packet, &word0, sizeof word0);
    memcpy(line->packet + sizeof word0, &word1, sizeof word1);
    copy_short(line->packet + RING_SHORT_HEADER, payload, payload_bytes);
    atomic_store_explicit(&line->head, number | (uint64_t)
                          (RING_SHORT_HEADER + payload_bytes) << 32,
                          memory_order_release); /* as publish in ring.c */
    return UNLIKELY(ring_is_at(next, s->limit));
}

/* Note where the next packet may come. */
static inline void ring_expect(struct ring_receiver *r)
{
    r->expected = &r->ring.lines[r->next % RING_LAP];
    r->number = r->next + 1;
    r->turn_number = ring_turn_number(r->number, r->from_side);
}

/*
 * The line of the next packet, or NULL. Receiver only.
 * The acquire loads pair with the release store that published the line: who
 * sees the number sees the line and the payload written before it. What this
 * side has written into the turn line itself has a number of the other kind;
 * what it has consumed there stays until it writes, and would be taken again
 * after 2^31 more packets in the ring were it not for is_mine.
 */
static ALWAYS_INLINE const struct ring_line *
ring_arrived(const struct ring_receiver *r, uint64_t *head)
{
    const struct ring_line *line = r->expected;
    *head = atomic_load_explicit(&line->head, memory_order_acquire);
    if ((uint32_t)*head == r->number)
        return line;
    line = r->turn_line;
    *head = atomic_load_explicit(&line->head, memory_order_acquire);
    __builtin_prefetch(line + 1); /* to come together with the head */
    return UNLIKELY((uint32_t)*head == r->turn_number) && !r->turn->is_mine
               ? line
               : NULL;
}

/* Fetch the lines of a packet by turn at once: a copy would come to each only
 * when it has those before. */
static inline void ring_prefetch_turn(const struct ring_receiver *r,
                                      size_t bytes)
{
    for (uint32_t i = 1; i < ring_span(bytes) && i < RING_OWN_LINES; i++)
        __builtin_prefetch(r->line + i);
}

/* A packet whose bytes in the head, r->line's, have flags. */
const struct packet *ring_flagged(struct ring_receiver *r, size_t *bytes);

/* The packet of a line from ring_arrived, in place. Receiver only. */
static ALWAYS_INLINE const struct packet *
ring_packet(struct ring_receiver *r, const struct ring_line *line,
            uint64_t head, size_t *bytes)
{
    r->line = line;
    *bytes = (size_t)(head >> 32);
    r->lines = 1;
    if (UNLIKELY(*bytes > RING_BYTES))
        return ring_flagged(r, bytes);
    if (LIKELY(line != r->turn_line))
        r->lines = ring_span(*bytes);
    else if (*bytes > RING_INLINE_BYTES)
        ring_prefetch_turn(r, *bytes);
    return (const struct packet *)ring_inline(line);
}

/* The next packet, in place, or NULL. Receiver only. */
static inline const struct packet *ring_peek(struct ring_receiver *r,
                                             size_t *bytes)
{
    uint64_t head;
    const struct ring_line *line = ring_arrived(r, &head);
    return line ? ring_packet(r, line, head, bytes) : NULL;
}

/* Done with the packet that ring_peek gave. Receiver only. True when the sender
 * was told of it: it may have waited for room. */
static ALWAYS_INLINE bool ring_release(struct ring_receiver *r)
{
    if (r->line == r->turn_line) {
        r->turn_line = r->next_turn_line;
        r->turn->is_mine = true;
    }
    r->next += r->lines;
    if (UNLIKELY(ring_is_at(r->next, r->tell_at))) {
        ring_publish(r);
        return true;
    }
    ring_expect(r);
    return false;
}

#endif
