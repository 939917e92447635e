/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A process that dies at any instruction of sending a packet leaves all of it or
 * nothing, and what it has sent before. One process sends under the control of
 * another (ptrace), which stands for its peer: after each single instruction,
 * where the sender might as well have died, the peer looks into the ring. In the
 * end the sender is killed there.
 */
#include "transport/shm/ring.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/suite.h"

enum { PAYLOAD = 16384, LONGEST = 6144 };

/* Both rings and the turn lines of a pair, shared by the processes. */
static struct shared {
    struct ring_line turn[RING_TURN_LINES];
    struct ring_taken taken[2];
    struct ring_line lines[2][RING_ALL_LINES];
    _Alignas(CACHE_LINE) unsigned char payload[2][PAYLOAD];
} *shared;

_Static_assert((int)LONGEST > RING_SPAN_BYTES, "goes by the payload ring");

static struct ring ring_of(int from)
{
    return (struct ring){ .lines = shared->lines[from],
                          .payload = shared->payload[from],
                          .taken = &shared->taken[from],
                          .payload_bytes = PAYLOAD };
}

static void setup(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(shared, MAP_FAILED);
}

static void teardown(void)
{
    munmap(shared, sizeof *shared);
}

static unsigned char byte_of(uint32_t number, size_t i)
{
    return (unsigned char)(number * 37 + i * 11 + 1);
}

static void make(unsigned char *packet, uint32_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        packet[i] = byte_of(number, i);
    *(struct packet *)packet = (struct packet){ .word = number };
}

static void check(const struct packet *packet, size_t bytes, uint32_t number,
                  size_t wanted_bytes)
{
    unsigned char wanted[LONGEST];
    make(wanted, number, wanted_bytes);
    ck_assert_uint_eq(bytes, wanted_bytes);
    ck_assert(memcmp(packet, wanted, bytes) == 0);
}

/* How the packet that is watched goes. */
enum way { BY_RING, BY_TURN, BY_TURN_IN_OWN_LINES, WAYS };

/* Sends two packets, the first by the ring, the second watched. */
static void send_watched(enum way way, size_t bytes)
{
    struct ring ring = ring_of(0);
    struct ring_turn turn;
    struct ring_sender sender;
    unsigned char packet[LONGEST];
    ring_turn_init(&turn, shared->turn, way == BY_RING);
    ring_sender_init(&sender, &ring, &turn);
    if (way == BY_TURN_IN_OWN_LINES)
        sender.turn_line = ring_own_lines(&turn, turn.side);
    turn.is_mine = false;
    make(packet, 1, bytes);
    ring_send(&sender, &(struct packet_out){ packet, 16, packet + 16,
                                             bytes - 16 });
    turn.is_mine = way != BY_RING;
    make(packet, 2, bytes);
    const struct packet_out out = { packet, 16, packet + 16, bytes - 16 };
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(3);
    raise(SIGSTOP);
    ring_send(&sender, &out);
    raise(SIGSTOP);
    _exit(0);
}

/* How many instructions saw no packet, and how many the whole one. */
struct seen {
    long before, after;
};

static void look(struct ring_receiver *receiver, size_t bytes,
                 struct seen *seen)
{
    size_t arrived;
    const struct packet *packet = ring_peek(receiver, &arrived);
    if (packet) {
        check(packet, arrived, 2, bytes);
        seen->after++;
    } else {
        ck_assert_int_eq(seen->after, 0); /* it does not go away again */
        seen->before++;
    }
}

/* False when the sender may not be traced. */
static bool watch(enum way way, size_t bytes, struct seen *seen)
{
    struct ring ring = ring_of(0);
    struct ring_turn turn;
    struct ring_receiver receiver;
    size_t arrived;
    int status;
    ring_turn_init(&turn, shared->turn, way != BY_RING);
    turn.is_mine = false;
    ring_receiver_init(&receiver, &ring, &turn);
    if (way == BY_TURN_IN_OWN_LINES)
        receiver.turn_line = ring_own_lines(&turn, !turn.side);
    pid_t child = fork();
    if (child == 0)
        send_watched(way, bytes);
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status))
        return false;
    const struct packet *first = ring_peek(&receiver, &arrived);
    ck_assert_ptr_nonnull(first);
    check(first, arrived, 1, bytes);
    ring_release(&receiver);
    *seen = (struct seen){ 0 };
    do {
        look(&receiver, bytes, seen);
        ptrace(PTRACE_SINGLESTEP, child, NULL, NULL);
        waitpid(child, &status, 0);
    } while (WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return true;
}

/* In one line, in several, in the payload ring. */
START_TEST(dying_at_any_instruction_leaves_all_or_nothing)
{
    static const size_t sizes[] = { 16, 24, 56, 57, 400,
                                    RING_OWN_BYTES, RING_SPAN_BYTES,
                                    RING_SPAN_BYTES + 1, LONGEST };
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++)
        for (enum way way = 0; way < WAYS; way++) {
            struct seen seen;
            memset(shared, 0, sizeof *shared);
            if (!watch(way, sizes[i], &seen)) {
                printf("SKIP: this process may not trace its child\n");
                return;
            }
            ck_assert_int_gt(seen.before, 10);
            ck_assert_int_gt(seen.after, 0);
        }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("ring death");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, dying_at_any_instruction_leaves_all_or_nothing);
    return suite_run("ring death", t);
}
