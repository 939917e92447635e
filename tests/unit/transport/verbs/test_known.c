/* SPDX-License-Identifier: BSD-3-Clause */
/* Headers that the peer knows do not travel, and arrive all the same. Skipped
 * where there is no RDMA device. */
#include "tests/unit/transport/verbs/pair.h"

#include <string.h>

#include "tests/support/suite.h"
#include "transport/verbs/verbs.h"

enum { TYPE = 9, BYTES = 4096, ROUNDS = 400 };

struct header {
    struct packet packet;
    uint32_t rest[2];
};

_Static_assert(sizeof(struct header) == KNOWN_BYTES, "as the layer above's");

static struct arrived {
    struct header header;
    size_t bytes;
    unsigned char payload[BYTES];
} got;

static int arrivals;

static void take(void *arg, int world, const struct packet *packet,
                 size_t bytes)
{
    arrivals++;
    got.bytes = bytes;
    memcpy(&got.header, packet, sizeof got.header);
    memcpy(got.payload, (const char *)packet + sizeof got.header, BYTES);
}

static void open_known(void)
{
    open_both();
    a.table.handler[TYPE] = b.table.handler[TYPE] = take;
    stream(&a, &b, 10);
    stream(&b, &a, 10);
}

/* Send a packet whose tag is `tag`, and look at what arrives. */
static void pass(struct rank *from, uint32_t tag, int serial)
{
    const struct header header = { { .type = TYPE, .word = tag },
                                   { 77, tag + 1 } };
    unsigned char payload[BYTES];
    const struct packet_out out = { &header, sizeof header, payload, BYTES };
    const int before = arrivals;
    memset(payload, serial, BYTES);
    while (verbs_transport.send(from->ep, &out) != POST_DONE)
        poll_both();
    while (arrivals == before)
        poll_both();
    got.header.packet.private = 0; /* the transport's */
    ck_assert_uint_eq(got.bytes, sizeof header + BYTES);
    ck_assert_mem_eq(&got.header, &header, sizeof header);
    ck_assert_mem_eq(got.payload, payload, BYTES);
}

/* 1 and 5 have the same place, 2 one of its own. */
static const uint32_t tags[] = { 1, 1, 5, 5, 1, 2, 1, 2, 2, 5 };

START_TEST(known_headers_arrive_with_their_payload)
{
    open_known();
    for (int i = 0; i < ROUNDS; i++)
        pass(&a, tags[(size_t)i % ARRAY_COUNT(tags)], i);
    close_both();
}
END_TEST

/* Credits go back with bare payloads alone: there are more packets than
 * credits, and no control packets in a ping-pong. */
START_TEST(a_ping_pong_of_bare_payloads_returns_credits)
{
    open_known();
    for (int i = 0; i < ROUNDS; i++) {
        pass(&a, 3, i);
        pass(&b, 3, i + 1);
    }
    close_both();
}
END_TEST

START_TEST(sender_knows_what_it_has_sent)
{
    const struct header sent = { { .type = TYPE, .word = 5 }, { 77, 6 } };
    open_known();
    const struct connection *c = CONTAINER_OF(a.ep, struct connection, base);
    ck_assert(!known_has(&c->known_out, &sent));
    pass(&a, 5, 0);
    ck_assert(known_has(&c->known_out, &sent));
    pass(&a, 1, 1);
    ck_assert(!known_has(&c->known_out, &sent));
    close_both();
}
END_TEST

int main(void)
{
    if (!has_device())
        return skip_without_device();
    TCase *t = tcase_create("known");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, pair_setup, NULL);
    tcase_add_test(t, known_headers_arrive_with_their_payload);
    tcase_add_test(t, a_ping_pong_of_bare_payloads_returns_credits);
    tcase_add_test(t, sender_knows_what_it_has_sent);
    return suite_run("known", t);
}
