/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rings for hot peers. Who gets one is reviewed when enough packets have come,
 * so that many peers of equal traffic do not take rings from each other: a
 * peer without a ring must have sent twice as much since the last review as
 * the quietest one that has a ring. That one is asked for it, says by its last
 * words through the receive queue that it will not write any more, and then
 * the ring is free for the next.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/hotring.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/post.h"

enum { RING_BYTES = HOT_SLOTS * HOT_SLOT_BYTES };

void hotring_init(struct verbs *v)
{
    struct hot *hot = &v->hot;
    int count = settings.verbs_hot_peers;
    size_t fits = v->inline_bytes < HOT_SLOT_BYTES ? v->inline_bytes
                                                   : HOT_SLOT_BYTES;
    if (count <= 0 || fits < CACHE_LINE)
        return;
    if (count > HOT_MAX)
        count = HOT_MAX;
    hot->free = count == 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
    hot->most = (fits - sizeof(struct hot_trailer)) & ~(size_t)7;
    hot->wr = (struct ibv_send_wr){ .sg_list = &hot->sge, .num_sge = 1,
                                    .opcode = IBV_WR_RDMA_WRITE };
}

void hotring_fini(struct verbs *v)
{
    if (!v->hot.memory)
        return;
    ibv_dereg_mr(v->hot.mr);
    munmap(v->hot.memory, HOT_MAX * RING_BYTES);
}

/* Address space for all rings; pages come when a ring is lent. */
static bool make_memory(struct verbs *v)
{
    struct hot *hot = &v->hot;
    size_t bytes = (size_t)(64 - __builtin_clzll(hot->free)) * RING_BYTES;
    void *memory = mmap(NULL, HOT_MAX * RING_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    hot->mr = ibv_reg_mr(v->pd, memory, bytes, IBV_ACCESS_LOCAL_WRITE |
                                               IBV_ACCESS_REMOTE_WRITE);
    if (!hot->mr) {
        log_debug("no rings for hot peers: %s", strerror(errno));
        munmap(memory, HOT_MAX * RING_BYTES);
        return false;
    }
    hot->memory = memory;
    return true;
}

/* ---- sending ---- */

/* Copy a header: a multiple of 8 bytes, few. */
static ALWAYS_INLINE void copy_words(char *to, const char *from, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += 8)
        memcpy(to + i, from + i, 8);
}

static ALWAYS_INLINE void copy_payload(char *to, const char *from, size_t bytes)
{
    if (LIKELY(bytes == 8))
        memcpy(to, from, 8);
    else if (bytes > 0)
        memcpy(to, from, bytes);
}

enum post hotring_send(struct connection *c, const struct packet_out *out)
{
    struct hot *hot = &verbs_of(c)->hot;
    struct ring_out *ring = &c->out;
    size_t bytes = out->header_bytes + out->payload_bytes;
    size_t room = align_up(bytes, 8);
    char *end = hot->slot + HOT_SLOT_BYTES - sizeof(struct hot_trailer);
    char *start = end - room;
    memset(end - 8, 0, 8);
    copy_words(start, out->header, out->header_bytes);
    copy_payload(start + out->header_bytes, out->payload, out->payload_bytes);
    ((struct packet *)(void *)start)->private = post_take_owed(c);
    *(struct hot_trailer *)(void *)end = (struct hot_trailer){
        .bytes = (uint16_t)bytes, .sends = c->sends_out,
        .credits = (uint16_t)c->in.owed, .mark = 1 };
    c->in.owed = 0;
    ring->room--;
    hot->sge.addr = (uintptr_t)start;
    hot->sge.length = (uint32_t)(room + sizeof(struct hot_trailer));
    uint64_t slot_end = ring->address +
                        (uint64_t)(ring->next++ % HOT_SLOTS + 1) *
                            HOT_SLOT_BYTES;
    hot->wr.wr.rdma.remote_addr = slot_end - hot->sge.length;
    hot->wr.wr.rdma.rkey = ring->key;
    hot->wr.send_flags = IBV_SEND_INLINE;
    return LIKELY(post_request(c, &hot->wr, SENT_INLINE, NULL)) ? POST_DONE
                                                                : POST_FAILED;
}

/* ---- receiving ---- */

static ALWAYS_INLINE uint8_t look(const uint8_t *byte)
{
    return atomic_load_explicit((const _Atomic uint8_t *)byte,
                                memory_order_acquire);
}

int hotring_take(struct verbs *v, struct connection *c)
{
    struct ring_in *ring = &c->in;
    int taken = 0;
    while (taken < HOT_SLOTS) {
        uint32_t index = ring->next % HOT_SLOTS;
        char *end = ring->slots + (index + 1) * HOT_SLOT_BYTES;
        struct hot_trailer *trailer =
            (struct hot_trailer *)(void *)end - 1;
        if (!look(&trailer->mark))
            break;
        struct packet *packet = (struct packet *)(void *)(
            (char *)trailer - align_up(trailer->bytes, 8));
        if (!look(&packet->type))
            break;
        if (UNLIKELY(trailer->sends != c->sends_in)) {
            v->hot.is_blocked = true;
            break;
        }
        c->credits += packet->private & PRIVATE_CREDITS;
        c->out.room += trailer->credits;
        packet_deliver(v->base.packets, c->base.world, packet, trailer->bytes);
        memset(packet, 0, (size_t)(end - (char *)packet));
        ring->next++;
        ring->owed++;
        taken++;
    }
    if (taken) {
        v->hot.arrivals += (uint32_t)taken;
        counter_add(v->base.process->counters, COUNTER_HOT_PACKETS,
                    (uint64_t)taken);
        post_credits(c);
    }
    return taken;
}

int hotring_poll(struct verbs *v)
{
    struct hot *hot = &v->hot;
    int events = 0;
    hot->is_blocked = false;
    for (unsigned i = 0; i < hot->count; i++)
        events += hotring_take(v, hot->peers[i]);
    return events;
}

/* ---- lending ---- */

static void lend(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    struct hot *hot = &v->hot;
    if (!hot->memory && !make_memory(v)) {
        hot->most = 0;
        return;
    }
    unsigned which = (unsigned)__builtin_ctzll(hot->free);
    char *slots = hot->memory + (size_t)which * RING_BYTES;
    memset(slots, 0, RING_BYTES);
    struct hot_offer offer = { .address = (uintptr_t)slots,
                               .key = hot->mr->rkey };
    if (!post_offer(c, &offer))
        return;
    hot->free &= hot->free - 1;
    c->in = (struct ring_in){ .slots = slots };
    hot->peers[hot->count++] = c;
    counter_add(v->base.process->counters, COUNTER_HOT_PROMOTIONS, 1);
    log_debug("rank %d is hot", c->base.world);
}

static uint32_t used(const struct connection *c)
{
    return c->in.next - c->in.reviewed;
}

/* The ring that was used least goes to whoever asks next, if `wanted`, what
 * the candidate has sent, is well above its use. */
static void review(struct verbs *v, uint32_t wanted)
{
    struct hot *hot = &v->hot;
    struct connection *least = NULL;
    bool is_coming = false;
    for (unsigned i = 0; i < hot->count; i++) {
        struct connection *c = hot->peers[i];
        is_coming |= c->in.is_revoked;
        if (!least || used(c) < used(least))
            least = c;
    }
    if (!is_coming && used(least) < wanted / 2 && post_revoke(least)) {
        least->in.is_revoked = true;
        counter_add(v->base.process->counters, COUNTER_HOT_DEMOTIONS, 1);
        log_debug("rank %d is no longer hot", least->base.world);
    }
    for (unsigned i = 0; i < hot->count; i++)
        hot->peers[i]->in.reviewed = hot->peers[i]->in.next;
    hot->arrivals = 0;
    hot->review++;
}

void hotring_consider(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    struct hot *hot = &v->hot;
    if (c->in.review != hot->review) {
        c->in.review = hot->review;
        c->in.heat = 0;
    }
    c->in.heat += HOT_PACKETS;
    if (c->state != CONNECTION_READY)
        return;
    if (hot->free)
        lend(c);
    else if (hot->arrivals >= 2 * HOT_PACKETS * hot->count)
        review(v, c->in.heat);
}

void hotring_take_offer(struct connection *c, const struct packet *packet)
{
    const struct hot_offer *offer = (const struct hot_offer *)packet;
    struct verbs *v = verbs_of(c);
    c->out = (struct ring_out){ .most = v->hot.most, .room = HOT_SLOTS,
                                .key = offer->key,
                                .address = offer->address };
}

void hotring_take_revoke(struct connection *c)
{
    c->out = (struct ring_out){ .owes_return = true };
    hotring_give_back(c);
}

bool hotring_give_back(struct connection *c)
{
    if (c->out.owes_return)
        c->out.owes_return = !post_return(c);
    return !c->out.owes_return;
}

/* Take the ring from the list and make it free. */
static void take_back(struct connection *c)
{
    struct hot *hot = &verbs_of(c)->hot;
    size_t which = (size_t)(c->in.slots - hot->memory) / RING_BYTES;
    unsigned kept = 0;
    for (unsigned i = 0; i < hot->count; i++)
        if (hot->peers[i] != c)
            hot->peers[kept++] = hot->peers[i];
    hot->count = kept;
    hot->free |= (uint64_t)1 << which;
    c->in = (struct ring_in){ .slots = NULL };
}

void hotring_take_return(struct connection *c)
{
    if (c->in.slots)
        take_back(c);
}

void hotring_drop(struct connection *c)
{
    if (c->in.slots)
        take_back(c);
    c->out = (struct ring_out){ .most = 0 };
}
