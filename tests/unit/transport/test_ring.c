/* SPDX-License-Identifier: BSD-3-Clause */
/* The ring of packets: wrapping, filling up, and what a receiver may see. */
#include "transport/shm/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"
#include "tests/support/traffic.h"

enum { PAYLOAD = 8192 };

static struct ring ring;
static struct ring_sender sender;
static struct ring_receiver receiver;
static struct traffic out, in;

static void *lines_of(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    ck_assert_ptr_nonnull(memory);
    return memset(memory, 0, bytes);
}

static void setup(void)
{
    ring.lines = lines_of(sizeof(struct ring_line) * RING_LINES);
    ring.payload = lines_of(PAYLOAD);
    ring.taken = lines_of(sizeof *ring.taken);
    ring.payload_bytes = PAYLOAD;
    ring_sender_init(&sender, &ring);
    ring_receiver_init(&receiver, &ring);
    out = in = (struct traffic){ .max_bytes = ring_max_packet(PAYLOAD) };
}

static void teardown(void)
{
    free(ring.lines);
    free(ring.payload);
    free(ring.taken);
}

static enum post send_to_ring(void *arg, const struct packet_out *packet)
{
    return ring_send(arg, packet);
}

static bool receive(void)
{
    size_t bytes;
    const struct packet *packet = ring_peek(&receiver, &bytes);
    if (packet) {
        traffic_check(&in, packet, bytes);
        ring_release(&receiver, bytes);
    }
    return packet != NULL;
}

static enum post send_bytes(size_t bytes)
{
    static uint64_t memory[PAYLOAD / 8];
    memset(memory, 0x5a, sizeof memory);
    struct packet_out packet = { memory, 8, memory + 1, bytes - 8 };
    return ring_send(&sender, &packet);
}

static size_t drop(void)
{
    size_t bytes;
    if (!ring_peek(&receiver, &bytes))
        return 0;
    ring_release(&receiver, bytes);
    return bytes;
}

START_TEST(an_unused_ring_is_empty)
{
    size_t bytes;
    ck_assert_ptr_null(ring_peek(&receiver, &bytes));
}
END_TEST

START_TEST(packets_of_all_lengths_arrive_whole)
{
    for (size_t n = 0; n < 200000; n++) {
        while (traffic_send(&out, send_to_ring, &sender) == POST_BUSY)
            ck_assert(receive());
        if (n % 3 == 0)
            receive();
    }
    while (receive())
        ;
    ck_assert_uint_eq(in.next, 200000);
    ck_assert_uint_eq(in.bad, 0);
}
END_TEST

START_TEST(a_full_row_of_lines_answers_busy)
{
    for (int i = 0; i < RING_LINES; i++)
        ck_assert_int_eq(send_bytes(8), POST_DONE);
    ck_assert_int_eq(send_bytes(8), POST_BUSY);
    for (int i = 0; i < RING_LINES / RING_PUBLISH; i++)
        ck_assert_uint_eq(drop(), 8);
    ck_assert_int_eq(send_bytes(8), POST_DONE);
}
END_TEST

START_TEST(a_full_payload_ring_answers_busy)
{
    ck_assert_int_eq(send_bytes(3072), POST_DONE);
    ck_assert_int_eq(send_bytes(3072), POST_DONE);
    ck_assert_int_eq(send_bytes(3072), POST_BUSY);
    ck_assert_int_eq(send_bytes(56), POST_DONE); /* needs no payload */
    ck_assert_uint_eq(drop(), 3072);
    ck_assert_int_eq(send_bytes(3072), POST_DONE);
    ck_assert_uint_eq(drop(), 3072);
    ck_assert_uint_eq(drop(), 56);
    ck_assert_uint_eq(drop(), 3072);
}
END_TEST

START_TEST(a_packet_may_end_with_the_payload_ring)
{
    ck_assert_int_eq(send_bytes(2048), POST_DONE);
    ck_assert_uint_eq(drop(), 2048);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(send_bytes(3072), POST_DONE);
    size_t bytes;
    const struct packet *first = ring_peek(&receiver, &bytes);
    ck_assert_ptr_eq(first, ring.payload + 2048);
    ck_assert_uint_eq(drop() + drop(), 6144);
    ck_assert_int_eq(send_bytes(3072), POST_DONE);
    ck_assert_ptr_eq(ring_peek(&receiver, &bytes), ring.payload);
}
END_TEST

/* Every start in the ring: what was kept back and wasted never blocks. */
START_TEST(the_longest_packet_fits_a_drained_ring)
{
    for (size_t bytes = 64; bytes <= ring_max_packet(PAYLOAD); bytes += 64)
        for (int i = 0; i < 200; i++) {
            ck_assert_int_eq(send_bytes(bytes), POST_DONE);
            ck_assert_uint_eq(drop(), bytes);
            ck_assert_int_eq(send_bytes(ring_max_packet(PAYLOAD)), POST_DONE);
            ck_assert_uint_ne(drop(), 0);
        }
}
END_TEST

/* As after 2^32 lines: the receiver's next number comes from before. */
START_TEST(sequence_numbers_may_wrap)
{
    uint32_t start = UINT32_MAX - 1000;
    for (uint32_t i = 0; i < RING_LINES; i++) {
        uint32_t place = start - RING_LINES + i;
        atomic_store(&ring.lines[place % RING_LINES].head, place + 1);
    }
    atomic_store(&ring.taken->lines, start);
    sender.next = receiver.next = receiver.told = start;
    sender.limit = start + RING_LINES;
    for (int n = 0; n < 5000; n++) {
        while (traffic_send(&out, send_to_ring, &sender) == POST_BUSY)
            ck_assert(receive());
    }
    while (receive())
        ;
    ck_assert_uint_lt(receiver.next, 5000);
    ck_assert_uint_eq(in.next, 5000);
    ck_assert_uint_eq(in.bad, 0);
}
END_TEST

/* The longest wait for a line to be told to the sender is a quarter ring. */
START_TEST(consumption_is_told_in_quarters)
{
    for (int i = 0; i < RING_LINES / RING_PUBLISH; i++) {
        ck_assert_uint_eq(atomic_load(&ring.taken->lines), 0);
        send_bytes(16);
        drop();
    }
    ck_assert_uint_eq(atomic_load(&ring.taken->lines),
                      RING_LINES / RING_PUBLISH);
}
END_TEST

/* User bytes that look like heads of any lap must not be taken for packets. */
START_TEST(user_bytes_are_never_a_head)
{
    uint32_t words[PAYLOAD / 8] = { 0 };
    size_t bytes;
    for (uint32_t n = 0; n < 3 * RING_LINES; n++) {
        for (size_t i = 2; i < ARRAY_COUNT(words); i++)
            words[i] = n + 2;
        struct packet_out packet = { words, 8, words + 2, 8 + n % 600 };
        ck_assert_int_eq(ring_send(&sender, &packet), POST_DONE);
        ck_assert_ptr_nonnull(ring_peek(&receiver, &bytes));
        ck_assert_uint_eq(bytes, 16 + n % 600);
        ring_release(&receiver, bytes);
        ck_assert_ptr_null(ring_peek(&receiver, &bytes));
    }
}
END_TEST

enum { THREAD_PACKETS = 300000 };

static void *send_all(void *arg)
{
    while (out.next < THREAD_PACKETS)
        if (traffic_send(&out, send_to_ring, &sender) == POST_BUSY)
            sched_yield();
    return NULL;
}

/* The one that a race detector should see: both sides at once. */
START_TEST(sender_and_receiver_run_at_once)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, send_all, NULL), 0);
    while (in.next < THREAD_PACKETS)
        if (!receive())
            sched_yield();
    pthread_join(thread, NULL);
    ck_assert_uint_eq(in.bad, 0);
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
    tcase_add_test(t, sequence_numbers_may_wrap);
    tcase_add_test(t, consumption_is_told_in_quarters);
    tcase_add_test(t, user_bytes_are_never_a_head);
    tcase_add_test(t, sender_and_receiver_run_at_once);
    return suite_run("ring", t);
}
