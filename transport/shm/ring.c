/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sending into a ring, and telling the sender what was consumed.
 *
 * The receiver publishes late, and the sender looks only when it believes the
 * ring to be full. So in the steady state the two share no cache line but the
 * ones that carry packets.
 */
#include "transport/shm/ring.h"

#include <string.h>

void ring_turn_init(struct ring_turn *t, struct ring_line *line, uint32_t side)
{
    *t = (struct ring_turn){ .line = line, .side = side, .is_mine = side == 0 };
}

void ring_sender_init(struct ring_sender *s, const struct ring *ring,
                      struct ring_turn *turn)
{
    *s = (struct ring_sender){ .ring = *ring, .turn = turn,
                               .limit = RING_LINES,
                               .payload_limit = ring->payload_bytes };
}

void ring_receiver_init(struct ring_receiver *r, const struct ring *ring,
                        struct ring_turn *turn)
{
    *r = (struct ring_receiver){ .ring = *ring, .turn = turn };
}

/*
 * Learn what the receiver has consumed. Sender only.
 * The acquire loads pair with the release stores in ring_publish: the receiver
 * has read what lay in the lines and bytes before it gave them back, so
 * writing over them cannot be seen by it. The two counts need not be of the
 * same moment, each one guards its own memory.
 */
static NO_INLINE void refresh(struct ring_sender *s)
{
    const struct ring_taken *taken = s->ring.taken;
    s->limit = atomic_load_explicit(&taken->lines, memory_order_acquire) +
               RING_LINES;
    s->payload_limit =
        atomic_load_explicit(&taken->payload, memory_order_acquire) +
        s->ring.payload_bytes;
}

/* Copy at most 64 bytes without a call: two moves that may overlap. */
static ALWAYS_INLINE void copy_short(unsigned char *to,
                                     const unsigned char *from, size_t bytes)
{
    if (bytes > 32) {
        memcpy(to, from, 32);
        memcpy(to + bytes - 32, from + bytes - 32, 32);
    } else if (bytes >= 16) {
        memcpy(to, from, 16);
        memcpy(to + bytes - 16, from + bytes - 16, 16);
    } else if (bytes >= 8) {
        memcpy(to, from, 8);
        memcpy(to + bytes - 8, from + bytes - 8, 8);
    } else if (bytes >= 4) {
        memcpy(to, from, 4);
        memcpy(to + bytes - 4, from + bytes - 4, 4);
    } else if (bytes > 0) {
        to[0] = from[0];
        to[bytes / 2] = from[bytes / 2];
        to[bytes - 1] = from[bytes - 1];
    }
}

/* The line for the next packet. Sender only. */
static ALWAYS_INLINE struct ring_line *next_line(const struct ring_sender *s)
{
    return s->turn->is_mine ? s->turn->line
                            : &s->ring.lines[s->next % RING_LINES];
}

/*
 * Give the line from next_line to the receiver. Sender only.
 * The release store keeps all writes to line and payload before it. It is one
 * store of 8 bytes: a sender that dies has published the packet whole or not.
 */
static ALWAYS_INLINE enum post publish_line(struct ring_sender *s,
                                            struct ring_line *line,
                                            size_t bytes)
{
    uint32_t number = ++s->next;
    if (s->turn->is_mine) {
        s->turn->is_mine = false;
        number = ring_turn_number(number, s->turn->side);
    }
    atomic_store_explicit(&line->head, number | (uint64_t)bytes << 32,
                          memory_order_release);
    return POST_DONE;
}

/*
 * From this payload on copy past the caches: what lies dirty in the sender's
 * cache costs the receiver more than what lies in memory. Between two distant
 * cores of an EPYC 9004, a packet of 4 KiB arrives after 1.3 us instead of 2.7
 * and a stream of them runs at 7.5 GB/s instead of 1.9; at 512 bytes both are
 * equal. On near cores the cache wins up to 2 KiB (docs/shm.md).
 */
enum { STREAMING_BYTES = 1024 };

/* Write the packet to the payload ring, at the beginning of a cache line. Its
 * first line is filled in the cache, so that each line is written one way. */
static void copy_long(unsigned char *to, const struct packet_out *packet)
{
    size_t in_cache = packet->payload_bytes;
    if (in_cache >= STREAMING_BYTES && packet->header_bytes <= CACHE_LINE)
        in_cache = CACHE_LINE - packet->header_bytes;
    memcpy(to, packet->header, packet->header_bytes);
    to += packet->header_bytes;
    if (in_cache > 0)
        memcpy(to, packet->payload, in_cache);
    if (in_cache < packet->payload_bytes)
        copy_streaming(to + in_cache, (const char *)packet->payload + in_cache,
                       packet->payload_bytes - in_cache);
}

/* A packet too long for a line. Packets begin on a cache line; one that would
 * cross the end of the ring goes to its beginning and wastes the rest. */
static NO_INLINE enum post send_long(struct ring_sender *s,
                                     const struct packet_out *packet)
{
    struct ring_line *line = next_line(s);
    size_t bytes = packet->header_bytes + packet->payload_bytes;
    uint64_t need = align_up(bytes, CACHE_LINE);
    uint64_t start = s->payload_next;
    uint64_t offset = start & (s->ring.payload_bytes - 1);
    if (offset + need > s->ring.payload_bytes) {
        start += s->ring.payload_bytes - offset;
        offset = 0;
    }
    if (start + need > s->payload_limit) {
        refresh(s);
        if (start + need > s->payload_limit)
            return POST_BUSY;
    }
    copy_long(s->ring.payload + offset, packet);
    s->payload_next = start + need;
    line->place.offset = offset;
    line->place.end = s->payload_next;
    return publish_line(s, line, bytes);
}

enum post ring_send(struct ring_sender *s, const struct packet_out *packet)
{
    if (UNLIKELY(s->next == s->limit)) {
        refresh(s);
        if (s->next == s->limit)
            return POST_BUSY;
    }
    size_t bytes = packet->header_bytes + packet->payload_bytes;
    if (UNLIKELY(bytes > RING_INLINE_BYTES))
        return send_long(s, packet);
    struct ring_line *line = next_line(s);
    copy_short(line->packet, packet->header, packet->header_bytes);
    copy_short(line->packet + packet->header_bytes, packet->payload,
               packet->payload_bytes);
    return publish_line(s, line, bytes);
}

/*
 * Receiver only; it has read everything before its counts. The release stores
 * keep those reads before the moment the sender may write again.
 */
void ring_publish(struct ring_receiver *r)
{
    struct ring_taken *taken = r->ring.taken;
    atomic_store_explicit(&taken->lines, r->next, memory_order_release);
    atomic_store_explicit(&taken->payload, r->payload_next,
                          memory_order_release);
    r->told = r->next;
    r->payload_told = r->payload_next;
}
