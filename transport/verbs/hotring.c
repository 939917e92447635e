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
#include "runtime/base/copy.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/post.h"

enum { RING_BYTES = HOT_SLOTS * HOT_SLOT_BYTES,
       SHORT_HEADER_BYTES = 16 };

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
}

void hotring_fini(struct verbs *v)
{
    if (!v->hot.memory)
        return;
    counter_pin(v->base.process->counters, -(int64_t)v->hot.mr->length);
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
    counter_pin(v->base.process->counters, (int64_t)hot->mr->length);
    hot->memory = memory;
    return true;
}

/* ---- sending ---- */

void hotring_book(struct connection *c)
{
    struct ring_out *ring = &c->out;
    unsigned queue = post_room(c);
    unsigned count = SIGNAL_EVERY - c->unsignalled;
    if (ring->booked || ring->most == 0 || ring->room == 0 ||
        queue <= SEND_RESERVE || c->state != CONNECTION_READY ||
        c->must_signal || !list_is_empty(&c->base.backlog))
        return;
    if (count > ring->room)
        count = ring->room;
    if (count > queue - SEND_RESERVE)
        count = queue - SEND_RESERVE;
    ring->room -= count;
    ring->booked = count;
    c->posted += count;
    c->unsignalled += count;
    c->base.short_limit = ring->most - SHORT_HEADER_BYTES + 1;
}

void hotring_unbook(struct connection *c)
{
    struct ring_out *ring = &c->out;
    c->base.short_limit = 0;
    ring->room += ring->booked;
    c->posted -= ring->booked;
    c->unsignalled -= ring->booked;
    ring->booked = 0;
}

/* Put a packet that is in the staging slot from start on into the ring's next
 * slot: all of its work request that differs from the last one's. What is owed
 * goes with it. */
static ALWAYS_INLINE void address_slot(struct connection *c, char *start,
                                       size_t bytes)
{
    struct ring_out *ring = &c->out;
    struct hot_trailer *trailer = (struct hot_trailer *)(void *)ring->staging;
    uint64_t owed;
    *trailer = ring->trailer;
    trailer->bytes = (uint16_t)bytes;
    memcpy(&owed, &c->owed, sizeof owed);
    if (owed) {
        ((struct packet *)(void *)start)->private = (uint16_t)c->owed.packets;
        trailer->credits = (uint16_t)c->owed.slots;
        c->owed = (struct owed){ .packets = 0 };
    }
    ring->sge.addr = (uintptr_t)start;
    ring->sge.length = (uint32_t)((char *)(trailer + 1) - start);
    ring->wr.wr.rdma.remote_addr = ring->next - ring->sge.length;
    ring->next = ring->next == ring->first + RING_BYTES - HOT_SLOT_BYTES
                     ? ring->first : ring->next + HOT_SLOT_BYTES;
}

enum post hotring_send(struct connection *c, const struct packet_out *out)
{
    struct ring_out *ring = &c->out;
    size_t bytes = out->header_bytes + out->payload_bytes;
    char *start = ring->staging - align_up(bytes, 8);
    memcpy(start, out->header, out->header_bytes);
    if (out->payload_bytes)
        memcpy(start + out->header_bytes, out->payload, out->payload_bytes);
    address_slot(c, start, bytes);
    ring->room--;
    struct ibv_send_wr wr = ring->wr;
    return LIKELY(post_request(c, &wr, SENT_INLINE, NULL)) ? POST_DONE
                                                           : POST_FAILED;
}

static ALWAYS_INLINE void copy_payload(char *to, const char *from, size_t bytes)
{
    if (LIKELY(bytes == 8))
        memcpy(to, from, 8);
    else if (bytes <= COPY_SHORT_BYTES)
        copy_short(to, from, bytes);
    else
        memcpy(to, from, bytes);
}

/* The last booked send is posted, signalled. */
static NO_INLINE enum post end_booking(struct connection *c)
{
    c->out.wr.send_flags = IBV_SEND_INLINE;
    post_note_signal(c, SENT_INLINE, NULL, 0);
    c->base.short_limit = 0;
    hotring_book(c);
    return POST_DONE;
}

/* A booked send that the device refused: it is lost, as if on the wire, and
 * poll tells of it. */
static COLD enum post lose_short(struct connection *c, int status)
{
    c->base.short_limit = 0;
    connection_break(c, "cannot send to", status);
    return POST_DONE;
}

static enum post send_short(struct endpoint *ep, uint64_t word0, uint64_t word1,
                            const void *payload, size_t payload_bytes)
{
    struct connection *c = CONTAINER_OF(ep, struct connection, base);
    struct ring_out *ring = &c->out;
    char *body = ring->staging - align_up(payload_bytes, 8);
    char *start = body - SHORT_HEADER_BYTES;
    struct ibv_send_wr *bad;
    memcpy(start, &word0, sizeof word0);
    memcpy(start + sizeof word0, &word1, sizeof word1);
    copy_payload(body, payload, payload_bytes);
    address_slot(c, start, SHORT_HEADER_BYTES + payload_bytes);
    if (UNLIKELY(--ring->booked == 0))
        ring->wr.send_flags = IBV_SEND_INLINE | IBV_SEND_SIGNALED;
    int status = ibv_post_send(c->id->qp, &ring->wr, &bad);
    if (UNLIKELY(status != 0))
        return lose_short(c, status);
    return LIKELY(ring->booked) ? POST_DONE : end_booking(c);
}

/* ---- receiving ---- */

static ALWAYS_INLINE uint8_t look(const void *byte)
{
    return atomic_load_explicit((const _Atomic uint8_t *)byte,
                                memory_order_acquire);
}

static ALWAYS_INLINE const uint8_t *mark_of(const char *slot_end)
{
    return (const uint8_t *)slot_end - 1;
}

/* Make a slot zero again, in which a packet stood from start on. */
static ALWAYS_INLINE void clear_slot(char *start, char *end)
{
    if (LIKELY(end - start <= CACHE_LINE))
        memset(end - CACHE_LINE, 0, CACHE_LINE);
    else
        memset(start, 0, (size_t)(end - start));
}

static ALWAYS_INLINE void go_on(struct ring_in *ring)
{
    ring->end += HOT_SLOT_BYTES;
    if (UNLIKELY(ring->end > ring->slots + RING_BYTES))
        ring->end = ring->slots + HOT_SLOT_BYTES;
}

/* Hand up what is in the ring's next slot, whose mark is there; false when it
 * is not due. */
static ALWAYS_INLINE bool take_slot(struct verbs *v, struct connection *c)
{
    char *end = c->in.end;
    const struct hot_trailer trailer =
        *((const struct hot_trailer *)(void *)end - 1);
    char *start = end - sizeof trailer - align_up(trailer.bytes, 8);
    const struct packet *packet = (const struct packet *)(void *)start;
    if (UNLIKELY(!look(start)))
        return false;
    if (UNLIKELY(trailer.sends != c->sends_in)) {
        v->hot.passes = 0; /* what it waits for is in the queue */
        return false;
    }
    go_on(&c->in);
    c->credits += packet->private & PRIVATE_CREDITS;
    c->out.room += trailer.credits;
    packet_deliver(v->base.packets, c->base.world, packet, trailer.bytes);
    clear_slot(start, end);
    return true;
}

int hotring_take(struct verbs *v, struct connection *c)
{
    struct ring_in *ring = &c->in;
    uint32_t taken = 0;
    while (look(mark_of(ring->end)) && taken < HOT_SLOTS && take_slot(v, c))
        taken++;
    if (taken == 0)
        return 0;
    v->hot.watch[ring->index] = mark_of(ring->end);
    v->hot.arrivals += taken;
    v->hot.favour = HOT_PASSES;
    ring->taken += taken;
    counter_add(v->base.process->counters, COUNTER_HOT_PACKETS, taken);
    c->owed.slots += taken;
    if (UNLIKELY(c->owed.slots >= HOT_SLOTS / 2))
        post_credits(c);
    return (int)taken;
}

int hotring_poll(struct verbs *v)
{
    struct hot *hot = &v->hot;
    int events = 0;
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
    c->in = (struct ring_in){ .slots = slots, .index = hot->count,
                              .end = slots + HOT_SLOT_BYTES };
    hot->watch[hot->count] = mark_of(c->in.end);
    hot->peers[hot->count++] = c;
    counter_add(v->base.process->counters, COUNTER_HOT_PROMOTIONS, 1);
    log_debug("rank %d is hot", c->base.world);
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
        if (!least || c->in.taken < least->in.taken)
            least = c;
    }
    if (!is_coming && least->in.taken < wanted / 2 && post_revoke(least)) {
        least->in.is_revoked = true;
        counter_add(v->base.process->counters, COUNTER_HOT_DEMOTIONS, 1);
        log_debug("rank %d is no longer hot", least->base.world);
    }
    for (unsigned i = 0; i < hot->count; i++)
        hot->peers[i]->in.taken = 0;
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
    struct hot *hot = &verbs_of(c)->hot;
    uint64_t first = offer->address + HOT_SLOT_BYTES;
    c->out = (struct ring_out){
        .most = hot->most,
        .room = HOT_SLOTS,
        .trailer = { .sends = c->sends_out, .mark = 1 },
        .staging = hot->slot + HOT_SLOT_BYTES - sizeof(struct hot_trailer),
        .next = first,
        .first = first,
        .wr = { .sg_list = &c->out.sge,
                .num_sge = 1,
                .opcode = IBV_WR_RDMA_WRITE,
                .send_flags = IBV_SEND_INLINE,
                .wr.rdma.rkey = offer->key } };
    c->base.send_short = send_short;
    hotring_book(c);
}

void hotring_take_revoke(struct connection *c)
{
    hotring_unbook(c);
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
        if (hot->peers[i] != c) {
            hot->peers[i]->in.index = kept;
            hot->watch[kept] = hot->watch[i];
            hot->peers[kept++] = hot->peers[i];
        }
    hot->count = kept;
    hot->free |= (uint64_t)1 << which;
    c->in = (struct ring_in){ .slots = NULL };
    c->owed.slots = 0;
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
    hotring_unbook(c);
    c->out = (struct ring_out){ .most = 0 };
}
