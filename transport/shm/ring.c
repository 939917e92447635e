/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sending into a ring, and telling the sender what was consumed.
 *
 * The receiver publishes late, and the sender looks only when it believes the
 * ring to be full. So in the steady state the two share no cache line but the
 * ones that carry packets.
 */
#include "transport/shm/ring.h"

#include <assert.h>
#include <string.h>

#include "runtime/base/clock.h"
#include "runtime/base/copy.h"

/*
 * What lies dirty in the sender's cache is dear for a receiver far away, and in
 * a stream, between cores that share only the last cache, dearer than memory.
 * So what goes to the payload ring is copied past the caches, unless the
 * receiver is a thread of the same core; and far away that begins with shorter
 * packets. How far the receiver is shows when the sender reads the line in which
 * it tells what it has consumed: 15 to 30 ns from a thread of the same core, 35
 * to 60 ns from a core near, 130 and more from one far. (docs/shm.md has the
 * figures.)
 */
enum {
    NEAR_NSEC = 32,
    FIRST_NSEC = 48, /* until there are readings */
    FAR_NSEC = 100,
    SPAN_FAR_BYTES = 1400
};

void ring_turn_init(struct ring_turn *t, struct ring_line *lines, uint32_t side)
{
    *t = (struct ring_turn){ .lines = lines, .side = side,
                             .is_mine = side == 0 };
}

void ring_sender_init(struct ring_sender *s, const struct ring *ring,
                      struct ring_turn *turn)
{
    *s = (struct ring_sender){ .ring = *ring, .turn = turn,
                               .turn_line = turn->lines,
                               .room = RING_LAP,
                               .payload_limit = ring->payload_bytes,
                               .distance_nsec = FIRST_NSEC };
}

void ring_receiver_init(struct ring_receiver *r, const struct ring *ring,
                        struct ring_turn *turn)
{
    *r = (struct ring_receiver){ .ring = *ring, .turn = turn,
                                 .turn_line = turn->lines,
                                 .next_turn_line = turn->lines,
                                 .from_side = !turn->side,
                                 .tell_at = RING_TELL_LINES };
    ring_expect(r);
}

/* Fold one reading of the distance into the mean; one of an interrupted
 * process says nothing, nor one of a line that had not changed. To read the
 * clock twice takes as long as the line, so only some readings are timed. */
static void learn_distance(struct ring_sender *s, uint64_t nsec, bool is_fresh)
{
    enum { LIMIT = 1000, WEIGHT = 8, EVERY = 4 };
    if (nsec > LIMIT || !is_fresh)
        return;
    s->distance_nsec += ((int)nsec - s->distance_nsec) / WEIGHT;
    s->learn_in = EVERY - 1;
}

/* Where the packet behind one that ends in front of `next` begins: there, or
 * with the next lap. */
static uint32_t begin(uint32_t next)
{
    return next % RING_LAP < RING_LAP_LINES ? next : (next | (RING_LAP - 1)) + 1;
}

/* A number not in front of `next`, or the end of next's lap if that comes
 * first. */
static uint32_t in_lap(uint32_t next, uint32_t other)
{
    uint32_t left = RING_LAP_LINES - next % RING_LAP;
    return other - next < left ? other : next + left;
}

static void set_limit(struct ring_sender *s)
{
    bool fits_span = s->room - s->next >= RING_SPAN_LINES;
    s->limit = in_lap(s->next,
                      fits_span ? s->room - (RING_SPAN_LINES - 1) : s->room);
}

/*
 * Write over what is left of packets in the lines that come free and the one
 * behind them: with the number before the one that is expected there. The
 * receiver looks at a line when it has consumed the packet in front, which is
 * published later than this, so plain stores will do. All of them, though few
 * would mistake: the lines are then the sender's before it writes packets there
 * (only where it must, a stream of 512 B to 2 KiB was a third slower). The first
 * line of a lap has never anything but heads.
 */
static void clear(const struct ring_sender *s, uint32_t room)
{
    if (ring_is_at(s->room + 1 - RING_LAP, s->spanned))
        return;
    for (uint32_t at = s->room + 1; ring_is_at(room, at); at++)
        if ((at = begin(at)) % RING_LAP != 0)
            atomic_store_explicit(&s->ring.lines[at % RING_LAP].head, at,
                                  memory_order_relaxed);
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
    const bool is_timed = s->learn_in == 0;
    uint64_t start = 0;
    if (is_timed)
        start = clock_nsec();
    else
        speculation_barrier(); /* else the read might begin before the clock */
    uint32_t room = begin(atomic_load_explicit(&taken->lines,
                                               memory_order_acquire) +
                          RING_LAP - 1);
    if (is_timed)
        learn_distance(s, clock_nsec() - start, room != s->room);
    else
        s->learn_in--;
    clear(s, room);
    s->room = room;
    set_limit(s);
    s->payload_limit =
        atomic_load_explicit(&taken->payload, memory_order_acquire) +
        s->ring.payload_bytes;
}

/* Write the packet to the payload ring, at the beginning of a cache line. Its
 * first line is filled in the cache, so that each line is written one way. */
static void copy_long(unsigned char *to, const struct packet_out *packet,
                      bool is_streaming)
{
    size_t in_cache = packet->payload_bytes;
    if (is_streaming && packet->header_bytes <= CACHE_LINE &&
        in_cache >= CACHE_LINE)
        in_cache = CACHE_LINE - packet->header_bytes;
    memcpy(to, packet->header, packet->header_bytes);
    to += packet->header_bytes;
    if (in_cache > 0)
        memcpy(to, packet->payload, in_cache);
    if (in_cache < packet->payload_bytes)
        copy_streaming(to + in_cache, (const char *)packet->payload + in_cache,
                       packet->payload_bytes - in_cache);
}

/* The line for the next packet. */
static ALWAYS_INLINE struct ring_line *next_line(const struct ring_sender *s)
{
    return UNLIKELY(s->turn->is_mine) ? s->turn_line
                                      : &s->ring.lines[s->next % RING_LAP];
}

/*
 * The turn goes to the peer with a packet of so many bytes: decide where the
 * next by turn will lie. Returns RING_MOVES for the head if that is elsewhere;
 * then the packet's own number is put there, lest one that stands there be the
 * next one's.
 */
static size_t choose_turn_place(struct ring_sender *s, size_t bytes,
                                uint32_t number)
{
    struct ring_line *place =
        bytes > RING_INLINE_BYTES && bytes <= RING_OWN_BYTES
            ? ring_own_lines(s->turn, s->turn->side) : s->turn->lines;
    if (LIKELY(place == s->turn_line))
        return 0;
    atomic_store_explicit(&place->head, number, memory_order_relaxed);
    s->turn_line = place;
    return RING_MOVES;
}

/*
 * Give the line from next_line, and those behind it, to the receiver; of the
 * turn lines a packet counts as one.
 * The release store keeps all writes to line and payload before it. It is one
 * store of 8 bytes: a sender that dies has published the packet whole or not.
 */
static ALWAYS_INLINE void publish(struct ring_sender *s, struct ring_line *line,
                                  size_t bytes, uint32_t lines)
{
    uint32_t number = s->next + 1;
    if (s->turn->is_mine) {
        number = ring_turn_number(number, s->turn->side);
        bytes |= choose_turn_place(s, bytes, number);
        s->turn->is_mine = false;
        lines = 1;
    } else if (lines > 1) {
        s->spanned = s->next + lines;
    }
    s->next += lines;
    atomic_store_explicit(&line->head, number | (uint64_t)bytes << 32,
                          memory_order_release);
}

/* A packet for the payload ring. Packets begin on a cache line; one that would
 * cross the end of the ring goes to its beginning and wastes the rest. */
static enum post send_long(struct ring_sender *s, struct ring_line *line,
                           const struct packet_out *packet)
{
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
    copy_long(s->ring.payload + offset, packet, s->distance_nsec >= NEAR_NSEC);
    s->payload_next = start + need;
    line->place.offset = offset;
    line->place.end = s->payload_next;
    publish(s, line, RING_ELSEWHERE | bytes, 1);
    return POST_DONE;
}

/* The longest packet that goes into the ring's lines. */
static size_t span_bytes(const struct ring_sender *s)
{
    return s->distance_nsec >= FAR_NSEC ? SPAN_FAR_BYTES : RING_SPAN_BYTES;
}

/* And the longest that goes into lines now, not into the payload ring. */
static size_t longest_in_lines(const struct ring_sender *s)
{
    if (s->turn->is_mine)
        return s->turn_line == s->turn->lines ? RING_COMMON_BYTES
                                              : RING_OWN_BYTES;
    return span_bytes(s);
}

/* Fill the lines of a packet too long for one. The receiver polls the first
 * line, and of the turn lines fetches the second with it: write these last, each
 * in one go, for between two writes they may be taken away. */
static ALWAYS_INLINE void fill_lines(struct ring_line *line, const void *header,
                                     size_t header_bytes, const char *payload,
                                     size_t payload_bytes)
{
    unsigned char *to = ring_inline(line);
    const size_t first = RING_INLINE_BYTES - header_bytes;
    size_t second = payload_bytes - first;
    if (second > CACHE_LINE) {
        memcpy(to + RING_INLINE_BYTES + CACHE_LINE,
               payload + first + CACHE_LINE, second - CACHE_LINE);
        second = CACHE_LINE;
    }
    copy_short(to + RING_INLINE_BYTES, payload + first, second);
    copy_short(to, header, header_bytes);
    copy_short(to + header_bytes, payload, first);
}

/* A packet too long for one line. */
static NO_INLINE enum post send_lines(struct ring_sender *s,
                                      const struct packet_out *packet)
{
    struct ring_line *line = next_line(s);
    size_t bytes = packet->header_bytes + packet->payload_bytes;
    assert(packet->header_bytes <= RING_INLINE_BYTES);
    if (bytes > longest_in_lines(s))
        return send_long(s, line, packet);
    const uint32_t lines = ring_span(bytes);
    if (!s->turn->is_mine && UNLIKELY(s->room - s->next < lines) &&
        ring_room(s) < lines)
        return POST_BUSY;
    fill_lines(line, packet->header, packet->header_bytes, packet->payload,
               packet->payload_bytes);
    publish(s, line, bytes, lines);
    return POST_DONE;
}

size_t ring_span_payload(const struct ring_sender *s)
{
    return span_bytes(s) - RING_SHORT_HEADER;
}

/* A packet by turn too long for the place that was chosen for it. It is not to
 * be refused: without room for it elsewhere it goes into the ring's lines, which
 * need no turn. */
static NO_INLINE void send_past_turn(struct ring_sender *s,
                                     const struct packet_out *packet)
{
    if (send_long(s, s->turn_line, packet) == POST_DONE)
        return;
    s->turn->is_mine = false;
    send_lines(s, packet);
    s->turn->is_mine = true;
}

bool ring_send_span(struct ring_sender *s, uint64_t word0, uint64_t word1,
                    const void *payload, size_t payload_bytes)
{
    const uint64_t header[] = { word0, word1 };
    const size_t bytes = sizeof header + payload_bytes;
    struct ring_line *line = next_line(s);
    if (UNLIKELY(s->turn->is_mine) && UNLIKELY(bytes > longest_in_lines(s))) {
        send_past_turn(s, &(struct packet_out){ header, sizeof header, payload,
                                                payload_bytes });
    } else {
        fill_lines(line, header, sizeof header, payload, payload_bytes);
        publish(s, line, bytes, ring_span(bytes));
    }
    return ring_is_at(s->next, s->limit);
}

enum post ring_send(struct ring_sender *s, const struct packet_out *packet)
{
    if (UNLIKELY(ring_is_at(s->next, s->limit)) && ring_room(s) == 0)
        return POST_BUSY;
    size_t bytes = packet->header_bytes + packet->payload_bytes;
    if (UNLIKELY(bytes > RING_INLINE_BYTES))
        return send_lines(s, packet);
    struct ring_line *line = next_line(s);
    copy_short(line->packet, packet->header, packet->header_bytes);
    copy_short(line->packet + packet->header_bytes, packet->payload,
               packet->payload_bytes);
    publish(s, line, bytes, 1);
    return POST_DONE;
}

uint32_t ring_room(struct ring_sender *s)
{
    s->next = begin(s->next);
    if (s->room - s->next < RING_SPAN_LINES)
        refresh(s);
    else
        set_limit(s);
    return s->room - s->next;
}

/*
 * Receiver only; it has read everything before its counts. The release stores
 * keep those reads before the moment the sender may write again.
 */
void ring_publish(struct ring_receiver *r)
{
    struct ring_taken *taken = r->ring.taken;
    r->next = begin(r->next);
    ring_expect(r);
    atomic_store_explicit(&taken->lines, r->next, memory_order_release);
    atomic_store_explicit(&taken->payload, r->payload_next,
                          memory_order_release);
    r->tell_at = in_lap(r->next, r->next + RING_TELL_LINES);
    r->payload_told = r->payload_next;
}

const struct packet *ring_flagged(struct ring_receiver *r, size_t *bytes)
{
    if (*bytes & RING_MOVES) {
        const struct ring_turn *t = r->turn;
        r->next_turn_line = r->turn_line == t->lines
                                ? ring_own_lines(t, r->from_side) : t->lines;
    }
    const bool is_elsewhere = *bytes & RING_ELSEWHERE;
    *bytes &= RING_BYTES;
    if (!is_elsewhere)
        return (const struct packet *)ring_inline(r->line);
    r->payload_next = r->line->place.end;
    if (r->payload_next - r->payload_told >=
        r->ring.payload_bytes / RING_TELL_PAYLOADS)
        r->tell_at = r->next;
    return (const struct packet *)(r->ring.payload + r->line->place.offset);
}
