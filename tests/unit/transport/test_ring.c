/* SPDX-License-Identifier: BSD-3-Clause */
/* The ring of packets: wrapping, filling up, and what a receiver may see. */
#include "transport/shm/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"
#include "tests/support/traffic.h"

enum { PAYLOAD = 16384 };

/* One of two processes: what it sends by and what it receives by. */
struct side {
    struct ring_turn turn;
    struct ring_sender sender;
    struct ring_receiver receiver;
    struct traffic out, in;
};

static struct ring ring[2]; /* by the side that sends */
static struct ring_line *turn_lines;
static struct side side[2];
static uint64_t random_state = 88172645463325252u;

static unsigned draw(unsigned limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)((random_state >> 16) % limit);
}

static void *lines_of(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    ck_assert_ptr_nonnull(memory);
    return memset(memory, 0, bytes);
}

static void setup(void)
{
    turn_lines = lines_of(sizeof(struct ring_line) * RING_TURN_LINES);
    for (int i = 0; i < 2; i++) {
        ring[i].lines = lines_of(sizeof(struct ring_line) * RING_ALL_LINES);
        ring[i].payload = lines_of(PAYLOAD);
        ring[i].taken = lines_of(sizeof *ring[i].taken);
        ring[i].payload_bytes = PAYLOAD;
    }
    for (unsigned i = 0; i < 2; i++) {
        ring_turn_init(&side[i].turn, turn_lines, i);
        ring_sender_init(&side[i].sender, &ring[i], &side[i].turn);
        ring_receiver_init(&side[i].receiver, &ring[!i], &side[i].turn);
        side[i].out = (struct traffic){ .max_bytes = ring_max_packet(PAYLOAD) };
        side[i].in = side[i].out;
    }
}

static void teardown(void)
{
    free(turn_lines);
    for (int i = 0; i < 2; i++) {
        free(ring[i].lines);
        free(ring[i].payload);
        free(ring[i].taken);
    }
}

/* By a short way where one is open. */
static enum post send_to_ring(void *arg, const struct packet_out *packet)
{
    struct ring_sender *s = arg;
    const size_t bytes = packet->payload_bytes;
    const uint32_t room = ring_room(s);
    uint64_t words[2];
    if (packet->header_bytes != sizeof words)
        return ring_send(s, packet);
    memcpy(words, packet->header, sizeof words);
    if (room > 0 && bytes <= RING_SHORT_PAYLOAD)
        ring_send_short(s, words[0], words[1], packet->payload, bytes);
    else if (room >= RING_SPAN_LINES && bytes <= ring_span_payload(s))
        ring_send_span(s, words[0], words[1], packet->payload, bytes);
    else
        return ring_send(s, packet);
    return POST_DONE;
}

/* Send the next packet of the traffic from a side. */
static enum post send_from(int from)
{
    return traffic_send(&side[from].out, send_to_ring, &side[from].sender);
}

/* Take and check one packet at a side; false when there is none. */
static bool receive_at(int to)
{
    size_t bytes;
    const struct packet *packet = ring_peek(&side[to].receiver, &bytes);
    if (packet) {
        traffic_check(&side[to].in, packet, bytes);
        ring_release(&side[to].receiver);
    }
    return packet != NULL;
}

/* Send to side 1 until `count` packets went, taking one after each `per`. */
static void send_many(uint32_t count, uint32_t per)
{
    while (side[0].out.next < count) {
        while (send_from(0) == POST_BUSY)
            ck_assert(receive_at(1));
        if (side[0].out.next % per == 0)
            receive_at(1);
    }
    while (receive_at(1))
        ;
    ck_assert_uint_eq(side[1].in.next, count);
    ck_assert_uint_eq(side[1].in.bad, 0);
}

static enum post send_bytes(size_t bytes)
{
    static uint64_t memory[PAYLOAD / 8];
    memset(memory, 0x5a, sizeof memory);
    struct packet_out packet = { memory, 8, memory + 1, bytes - 8 };
    return ring_send(&side[0].sender, &packet);
}

static size_t drop(void)
{
    size_t bytes;
    if (!ring_peek(&side[1].receiver, &bytes))
        return 0;
    ring_release(&side[1].receiver);
    return bytes;
}

START_TEST(an_unused_ring_is_empty)
{
    size_t bytes;
    ck_assert_ptr_null(ring_peek(&side[1].receiver, &bytes));
}
END_TEST

START_TEST(packets_of_all_lengths_arrive_whole)
{
    send_many(200000, 3);
}
END_TEST

START_TEST(a_full_row_of_lines_answers_busy)
{
    for (int i = 0; i < RING_LAP_LINES; i++)
        ck_assert_int_eq(send_bytes(8), POST_DONE);
    ck_assert_int_eq(send_bytes(8), POST_BUSY);
    for (int i = 0; i < RING_TELL_LINES; i++)
        ck_assert_uint_eq(drop(), 8);
    ck_assert_int_eq(send_bytes(8), POST_DONE);
}
END_TEST

START_TEST(a_full_payload_ring_answers_busy)
{
    side[0].turn.is_mine = false;
    ck_assert_int_eq(send_bytes(6144), POST_DONE);
    ck_assert_int_eq(send_bytes(6144), POST_DONE);
    ck_assert_int_eq(send_bytes(6144), POST_BUSY);
    ck_assert_int_eq(send_bytes(56), POST_DONE); /* needs no payload */
    ck_assert_uint_eq(drop(), 6144);
    ck_assert_int_eq(send_bytes(6144), POST_DONE);
    ck_assert_uint_eq(drop(), 6144);
    ck_assert_uint_eq(drop(), 56);
    ck_assert_uint_eq(drop(), 6144);
}
END_TEST

START_TEST(a_packet_may_end_with_the_payload_ring)
{
    side[0].turn.is_mine = false;
    ck_assert_int_eq(send_bytes(5120), POST_DONE);
    ck_assert_uint_eq(drop(), 5120);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(send_bytes(5632), POST_DONE);
    size_t bytes;
    const struct packet *first = ring_peek(&side[1].receiver, &bytes);
    ck_assert_ptr_eq(first, ring[0].payload + 5120);
    ck_assert_uint_eq(drop() + drop(), 11264);
    ck_assert_int_eq(send_bytes(5632), POST_DONE);
    ck_assert_ptr_eq(ring_peek(&side[1].receiver, &bytes), ring[0].payload);
}
END_TEST

/* Every start in the ring: what was kept back and wasted never blocks. */
START_TEST(the_longest_packet_fits_a_drained_ring)
{
    for (size_t bytes = 64; bytes <= ring_max_packet(PAYLOAD); bytes += 64)
        for (int i = 0; i < 100; i++) {
            ck_assert_int_eq(send_bytes(bytes), POST_DONE);
            ck_assert_uint_eq(drop(), bytes);
            ck_assert_int_eq(send_bytes(ring_max_packet(PAYLOAD)), POST_DONE);
            ck_assert_uint_ne(drop(), 0);
        }
}
END_TEST

/* As after nearly 2^32 packets: the lines hold the numbers of the last lap. */
START_TEST(numbers_may_wrap)
{
    uint32_t start = UINT32_MAX - 1000;
    for (uint32_t at = start - RING_LAP; at != start; at++)
        if (at % RING_LAP < RING_ALL_LINES)
            atomic_store(&ring[0].lines[at % RING_LAP].head, at + 1);
    atomic_store(&ring[0].taken->lines, start);
    side[0].sender.next = start;
    side[0].sender.limit = start;
    side[0].sender.room = start;
    side[1].receiver.next = start;
    side[1].receiver.tell_at = start + RING_TELL_LINES;
    ring_expect(&side[1].receiver);
    send_many(5000, UINT32_MAX);
    ck_assert_uint_lt(side[1].receiver.next, start);
}
END_TEST

START_TEST(consumption_is_told_now_and_then)
{
    for (int i = 0; i < RING_TELL_LINES; i++) {
        ck_assert_uint_eq(atomic_load(&ring[0].taken->lines), 0);
        send_bytes(16);
        drop();
    }
    ck_assert_uint_eq(atomic_load(&ring[0].taken->lines), RING_TELL_LINES);
}
END_TEST

/* Fill a packet with what each of its lines will be expected to hold as a head
 * in the next lap. */
static void fill_with_heads(uint64_t *words, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t line = side[0].sender.next + (uint32_t)(i + 1) / 8;
        words[i] = (line + RING_LAP + 1) | (uint64_t)16 << 32;
    }
}

enum { SPAN_MORE = RING_SPAN_BYTES - 15 }; /* bytes of a span beyond 16 */

/* User bytes that look like heads must not be taken for packets. */
START_TEST(user_bytes_are_never_a_head)
{
    uint64_t words[RING_SPAN_BYTES / 8] = { 0 };
    size_t bytes;
    for (uint32_t n = 0; n < 40 * RING_LAP; n++) {
        fill_with_heads(words, ARRAY_COUNT(words));
        struct packet_out packet = { words, 8, words + 1, 8 + n % SPAN_MORE };
        ck_assert_int_eq(ring_send(&side[0].sender, &packet), POST_DONE);
        ck_assert_ptr_nonnull(ring_peek(&side[1].receiver, &bytes));
        ck_assert_uint_eq(bytes, 16 + n % SPAN_MORE);
        ring_release(&side[1].receiver);
        ck_assert_ptr_null(ring_peek(&side[1].receiver, &bytes));
    }
}
END_TEST

/* Short and long by turns, with few lines free. */
START_TEST(user_bytes_are_never_a_head_in_a_full_ring)
{
    uint64_t words[RING_SPAN_BYTES / 8] = { 0 };
    for (uint32_t n = 0; n < 100000; n++) {
        fill_with_heads(words, ARRAY_COUNT(words));
        size_t bytes = draw(2) ? 8 : 8 + draw(SPAN_MORE);
        struct packet_out packet = { words, 8, words + 1, bytes };
        if (ring_send(&side[0].sender, &packet) == POST_DONE)
            continue;
        for (unsigned drops = draw(60); drops > 0 && drop() > 0; drops--)
            ;
    }
    while (drop() > 0)
        ;
    ck_assert_uint_gt(ring_room(&side[0].sender), 0);
    ck_assert_uint_eq(side[1].receiver.next, side[0].sender.next);
}
END_TEST

START_TEST(packets_lie_in_consecutive_lines)
{
    size_t bytes;
    side[0].turn.is_mine = false;
    for (uint32_t n = 0; n < 3 * RING_LAP; n++) {
        ck_assert_uint_gt(ring_room(&side[0].sender), 0);
        uint32_t line = side[0].sender.next;
        ck_assert_int_eq(send_bytes(8 + n % (RING_SPAN_BYTES - 7)), POST_DONE);
        const struct packet *at = ring_peek(&side[1].receiver, &bytes);
        ck_assert_ptr_eq(at, ring[0].lines[line % RING_LAP].packet);
        ck_assert_uint_eq(side[0].sender.next - line,
                          (bytes + 8 + CACHE_LINE - 1) / CACHE_LINE);
        ring_release(&side[1].receiver);
    }
}
END_TEST

START_TEST(request_and_reply_use_only_the_turn_line)
{
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(send_from(0), POST_DONE);
        ck_assert(receive_at(1));
        ck_assert_int_eq(send_from(1), POST_DONE);
        ck_assert(receive_at(0));
    }
    for (int i = 0; i < RING_ALL_LINES; i++) {
        ck_assert_uint_eq(atomic_load(&ring[0].lines[i].head), 0);
        ck_assert_uint_eq(atomic_load(&ring[1].lines[i].head), 0);
    }
    ck_assert_uint_eq(side[0].in.bad + side[1].in.bad, 0);
}
END_TEST

/* A reply from within a handler comes before the packet is released, so the
 * line is not ours yet. */
START_TEST(the_turn_comes_with_the_release)
{
    size_t bytes = 0;
    ck_assert_int_eq(send_from(0), POST_DONE);
    const struct packet *packet = ring_peek(&side[1].receiver, &bytes);
    ck_assert_int_eq(send_from(1), POST_DONE);
    traffic_check(&side[1].in, packet, bytes);
    ck_assert_uint_eq(side[1].in.bad, 0);
    ck_assert(!side[1].turn.is_mine);
    ring_release(&side[1].receiver);
    ck_assert(side[1].turn.is_mine);
    ck_assert(!side[0].turn.is_mine);
}
END_TEST

START_TEST(busy_does_not_lose_the_turn)
{
    while (send_bytes(8) == POST_DONE)
        ;
    ck_assert_uint_eq(drop(), 8);
    ck_assert(side[1].turn.is_mine);
    while (send_from(1) == POST_DONE)
        ;
    while (receive_at(0))
        ;
    ck_assert(side[0].turn.is_mine);
    ck_assert_int_eq(send_bytes(8), POST_BUSY);
    ck_assert(side[0].turn.is_mine);
}
END_TEST

/* The turn line may keep a number for so long that it comes round again. */
START_TEST(an_old_number_in_the_turn_line_is_no_packet)
{
    ck_assert_int_eq(send_bytes(8), POST_DONE);
    ck_assert_uint_eq(drop(), 8);
    uint32_t again = (uint32_t)1 << 31;
    side[1].receiver.next = again;
    side[1].receiver.tell_at = again + RING_TELL_LINES;
    ring_expect(&side[1].receiver);
    ck_assert_uint_eq((uint32_t)atomic_load(&turn_lines->head),
                      side[1].receiver.turn_number);
    size_t bytes;
    ck_assert_ptr_null(ring_peek(&side[1].receiver, &bytes));
}
END_TEST

/* A packet of some lines lies in the turn lines in one piece: in the common
 * ones, or behind one of 2 to 9 lines in the sender's own. */
START_TEST(turn_lines_hold_longer_packets)
{
    size_t bytes, before = 0;
    for (size_t size = 8; size <= ring_max_packet(PAYLOAD); size += 8) {
        ck_assert_int_eq(send_bytes(size), POST_DONE);
        const unsigned char *at =
            (const unsigned char *)ring_peek(&side[1].receiver, &bytes);
        ck_assert_uint_eq(bytes, size);
        if (before <= RING_INLINE_BYTES || before > RING_OWN_BYTES)
            ck_assert_ptr_eq(at, turn_lines->packet);
        else if (size <= RING_OWN_BYTES)
            ck_assert_ptr_eq(at, turn_lines[RING_COMMON_LINES].packet);
        else
            ck_assert_ptr_eq(at, ring[0].payload);
        ck_assert_uint_eq(drop(), size);
        ck_assert_int_eq(send_from(1), POST_DONE);
        ck_assert(receive_at(0));
        before = size;
    }
    ck_assert_uint_eq(side[0].in.bad, 0);
}
END_TEST

/* What stands there may have the number that is expected next. */
START_TEST(an_old_number_where_the_turn_moves_is_no_packet)
{
    size_t bytes;
    ck_assert_int_eq(send_bytes(8), POST_DONE);
    ck_assert_uint_eq(drop(), 8);
    ck_assert_int_eq(send_from(1), POST_DONE);
    ck_assert(receive_at(0));
    atomic_store(&turn_lines[RING_COMMON_LINES].head, ring_turn_number(3, 0));
    ck_assert_int_eq(send_bytes(100), POST_DONE);
    ck_assert_uint_eq(drop(), 100);
    ck_assert_int_eq(send_from(1), POST_DONE);
    ck_assert_ptr_null(ring_peek(&side[1].receiver, &bytes));
    ck_assert(receive_at(0));
    ck_assert_int_eq(send_bytes(100), POST_DONE);
    ck_assert_uint_eq(drop(), 100);
}
END_TEST

/* A span by the short way cannot be refused: where the place that was chosen for
 * the next by turn is too short and the payload ring full, it needs no turn. */
START_TEST(a_span_finds_room_beside_the_turn)
{
    static const unsigned char payload[RING_SPAN_BYTES - RING_SHORT_HEADER];
    struct ring_sender *s = &side[0].sender;
    ck_assert_int_eq(send_bytes(100), POST_DONE);
    while (send_bytes(6144) == POST_DONE)
        ;
    ck_assert_uint_eq(drop(), 100);
    ck_assert_int_eq(send_from(1), POST_DONE);
    ck_assert(receive_at(0));
    ck_assert(side[0].turn.is_mine);
    ck_assert_uint_ge(ring_room(s), RING_SPAN_LINES);
    ring_send_span(s, 1, 2, payload, sizeof payload);
    ck_assert(side[0].turn.is_mine);
    while (drop() == 6144)
        ;
    ck_assert_uint_eq(s->next, side[1].receiver.next);
    ring_send_span(s, 3, 4, payload, sizeof payload);
    ck_assert(!side[0].turn.is_mine);
    ck_assert_uint_eq(drop(), RING_SHORT_HEADER + sizeof payload);
}
END_TEST

/* The turn comes and goes at all fills of both rings. */
START_TEST(order_holds_between_turn_line_and_ring)
{
    for (int i = 0; i < 500000; i++)
        for (unsigned n = draw(1 + i / 1000 % 8); n > 0; n--)
            draw(2) ? (void)send_from((int)draw(2))
                    : (void)receive_at((int)draw(2));
    for (int to = 0; to < 2; to++) {
        while (receive_at(to))
            ;
        ck_assert_uint_gt(side[to].in.next, 10000);
        ck_assert_uint_eq(side[to].in.next, side[!to].out.next);
        ck_assert_uint_eq(side[to].in.bad, 0);
    }
}
END_TEST

/* The bursts change every 1000; under ThreadSanitizer each costs 50 us. */
enum { THREAD_PACKETS = 60000 };

/* One side's life: sends in bursts of changing length, so that there are
 * phases of request and reply and phases of streaming. */
static void *run_side(void *arg)
{
    int me = *(int *)arg;
    struct side *s = &side[me];
    while (s->out.next < THREAD_PACKETS || s->in.next < THREAD_PACKETS) {
        bool has_moved = receive_at(me);
        for (uint32_t burst = s->in.next / 1000 % 3;
             burst > 0 && s->out.next < THREAD_PACKETS; burst--)
            has_moved |= send_from(me) == POST_DONE;
        if (s->out.next < THREAD_PACKETS && s->out.next <= s->in.next)
            has_moved |= send_from(me) == POST_DONE;
        if (!has_moved)
            sched_yield();
    }
    return NULL;
}

/* The one that a race detector should see: both sides at once. */
START_TEST(both_sides_run_at_once)
{
    pthread_t thread;
    int me[] = { 0, 1 };
    ck_assert_int_eq(pthread_create(&thread, NULL, run_side, &me[1]), 0);
    run_side(&me[0]);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(side[0].in.bad + side[1].in.bad, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("ring");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_unused_ring_is_empty);
    tcase_add_test(t, packets_of_all_lengths_arrive_whole);
    tcase_add_test(t, a_full_row_of_lines_answers_busy);
    tcase_add_test(t, a_full_payload_ring_answers_busy);
    tcase_add_test(t, a_packet_may_end_with_the_payload_ring);
    tcase_add_test(t, the_longest_packet_fits_a_drained_ring);
    tcase_add_test(t, numbers_may_wrap);
    tcase_add_test(t, consumption_is_told_now_and_then);
    tcase_add_test(t, user_bytes_are_never_a_head);
    tcase_add_test(t, user_bytes_are_never_a_head_in_a_full_ring);
    tcase_add_test(t, packets_lie_in_consecutive_lines);
    tcase_add_test(t, request_and_reply_use_only_the_turn_line);
    tcase_add_test(t, the_turn_comes_with_the_release);
    tcase_add_test(t, busy_does_not_lose_the_turn);
    tcase_add_test(t, an_old_number_in_the_turn_line_is_no_packet);
    tcase_add_test(t, turn_lines_hold_longer_packets);
    tcase_add_test(t, an_old_number_where_the_turn_moves_is_no_packet);
    tcase_add_test(t, a_span_finds_room_beside_the_turn);
    tcase_add_test(t, order_holds_between_turn_line_and_ring);
    tcase_add_test(t, both_sides_run_at_once);
    return suite_run("ring", t);
}
