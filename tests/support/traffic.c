/* SPDX-License-Identifier: BSD-3-Clause */
/* Byte i of packet n is a mix of both, so that neither a shifted nor an old
 * packet passes. */
#include "tests/support/traffic.h"

#include <string.h>

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return x ^ x >> 16;
}

/* seed is mix(number), taken out of the loops over i. */
static unsigned char byte_of(uint32_t seed, size_t i)
{
    return (unsigned char)(seed + 31 * i + (i >> 8));
}

size_t traffic_bytes(const struct traffic *t, uint32_t number)
{
    uint32_t random = mix(number * 2654435761u + 1);
    size_t limit = random % 32 == 0 ? t->max_bytes
                   : random % 4 == 0 ? 512 : 96;
    if (limit > t->max_bytes)
        limit = t->max_bytes;
    return sizeof(struct packet) +
           (random >> 4) % (limit - sizeof(struct packet) + 1);
}

enum post traffic_send(struct traffic *t,
                       enum post (*send)(void *arg, const struct packet_out *),
                       void *arg)
{
    unsigned char buffer[TRAFFIC_MAX];
    struct packet *packet = (struct packet *)buffer;
    size_t bytes = traffic_bytes(t, t->next);
    uint32_t seed = mix(t->next);
    /* Any split between header and payload must give the same packet. */
    size_t header = (sizeof *packet + t->next % 5 * 8);
    for (size_t i = sizeof *packet; i < bytes; i++)
        buffer[i] = byte_of(seed, i);
    *packet = (struct packet){ .type = TRAFFIC_TYPE, .word = t->next };
    if (header > bytes)
        header = bytes;
    struct packet_out out = { buffer, header,
                              bytes > header ? buffer + header : NULL,
                              bytes - header };
    enum post post = send(arg, &out);
    if (post == POST_DONE)
        t->next++;
    memset(buffer, 0xee, bytes); /* ours again: the copy must have been made */
    return post;
}

/* By the short way where that is open, as the protocols do. */
static enum post send_to(void *arg, const struct packet_out *packet)
{
    struct endpoint *ep = arg;
    uint64_t words[2];
    if (packet->header_bytes != sizeof words ||
        packet->payload_bytes >= ep->short_limit)
        return endpoint_send(ep, packet);
    memcpy(words, packet->header, sizeof words);
    return ep->send_short(ep, words[0], words[1], packet->payload,
                          packet->payload_bytes);
}

enum post traffic_send_to(struct traffic *t, struct endpoint *ep)
{
    return traffic_send(t, send_to, ep);
}

void traffic_check(struct traffic *t, const struct packet *packet,
                   size_t bytes)
{
    const unsigned char *at = (const unsigned char *)packet;
    uint32_t seed = mix(t->next);
    bool is_good = bytes == traffic_bytes(t, t->next) &&
                   packet->type == TRAFFIC_TYPE && packet->word == t->next &&
                   (uintptr_t)packet % 8 == 0;
    for (size_t i = sizeof *packet; is_good && i < bytes; i++)
        is_good = at[i] == byte_of(seed, i);
    t->bad += !is_good;
    t->next++;
}

static void take(void *arg, int world, const struct packet *packet,
                 size_t bytes)
{
    traffic_check(arg, packet, bytes);
}

void traffic_table(struct packet_table *table, struct traffic *t)
{
    *table = (struct packet_table){ .arg = t };
    table->handler[TRAFFIC_TYPE] = take;
}
