/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The data path downwards. ibv_post_send may cost a system call, so nothing is
 * posted that can ride along with something else. A post that the device
 * refuses breaks the connection; poll clears up, since a post may not call
 * back into the layer above.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/post.h"

#include <arpa/inet.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/process.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/memory.h"
#include "transport/verbs/rdma.h"
#include "transport/verbs/window.h"

int post_open(struct verbs *v, struct strbuf *why)
{
    size_t slot_bytes = v->receive.slot_bytes;
    int err = memory_create_pool(&v->receive.owner, SEND_SLOTS * slot_bytes,
                                 &v->send_pool, why);
    if (err != MPI_SUCCESS)
        return err;
    for (int i = 0; i < SEND_SLOTS; i++) {
        v->send_slots[i].data = v->send_pool.memory + (size_t)i * slot_bytes;
        v->send_slots[i].next_free = v->send_free;
        v->send_free = &v->send_slots[i];
    }
    return MPI_SUCCESS;
}

void post_close(struct verbs *v)
{
    memory_destroy_pool(&v->send_pool);
}

/* Post a packet that goes to the receive queue; free slots of the peer's ring
 * go with it, in the immediate data. */
static inline bool post_message(struct connection *c, struct ibv_send_wr *wr,
                                enum sent_kind kind, void *object)
{
    uint32_t immediate = wr->imm_data | c->owed.slots;
    wr->opcode = IBV_WR_SEND;
    if (immediate) {
        wr->opcode = IBV_WR_SEND_WITH_IMM;
        wr->imm_data = htonl(immediate);
        c->owed.slots = 0;
    }
    c->sends_out++;
    c->out.trailer.sends = c->sends_out;
    return post_request(c, wr, kind, object);
}

static bool post_inline(struct connection *c, const struct packet_out *out,
                        uint16_t private)
{
    struct packet prefix;
    memcpy(&prefix, out->header, sizeof prefix);
    prefix.private = private | post_take_owed(c);
    struct ibv_sge sge[3] = { { .addr = (uintptr_t)&prefix,
                                .length = sizeof prefix } };
    int count = 1;
    if (out->header_bytes > sizeof prefix)
        sge[count++] = (struct ibv_sge){
            .addr = (uintptr_t)out->header + sizeof prefix,
            .length = (uint32_t)(out->header_bytes - sizeof prefix) };
    if (out->payload_bytes)
        sge[count++] = (struct ibv_sge){
            .addr = (uintptr_t)out->payload,
            .length = (uint32_t)out->payload_bytes };
    struct ibv_send_wr wr = { .sg_list = sge, .num_sge = count,
                              .send_flags = IBV_SEND_INLINE };
    return post_message(c, &wr, SENT_INLINE, NULL);
}

/* Put the header where it goes, and return the immediate data that it takes:
 * not 0 when the peer knows it, and only the payload has to travel. */
static uint32_t place_header(struct connection *c, char *at,
                             const struct packet_out *out, uint16_t private)
{
    const unsigned owed = post_take_owed(c);
    unsigned bits = private;
    if (out->header_bytes == KNOWN_BYTES && private == 0) {
        const unsigned place = known_place(out->header);
        if (known_has(&c->known_out, out->header))
            return IMMEDIATE_BARE | place << IMMEDIATE_PLACE_SHIFT |
                   owed << IMMEDIATE_CREDITS_SHIFT;
        known_keep(&c->known_out, place, out->header);
        bits = PRIVATE_REMEMBER | place << PRIVATE_PLACE_SHIFT;
    }
    memcpy(at, out->header, out->header_bytes);
    ((struct packet *)(void *)at)->private = (uint16_t)(bits | owed);
    return 0;
}

static bool post_slot(struct connection *c, const struct packet_out *out,
                      uint16_t private)
{
    struct verbs *v = verbs_of(c);
    struct send_slot *slot = v->send_free;
    v->send_free = slot->next_free;
    char *body = slot->data + out->header_bytes;
    uint32_t immediate = place_header(c, slot->data, out, private);
    if (out->payload_bytes)
        memcpy(body, out->payload, out->payload_bytes);
    struct ibv_sge sge = {
        .addr = (uintptr_t)body,
        .length = (uint32_t)out->payload_bytes,
        .lkey = v->send_pool.mr->lkey };
    if (immediate == 0) {
        sge.addr -= out->header_bytes;
        sge.length += (uint32_t)out->header_bytes;
    }
    struct ibv_send_wr wr = { .sg_list = &sge, .num_sge = 1,
                              .imm_data = immediate };
    return post_message(c, &wr, SENT_SLOT, slot);
}

static inline enum post post_packet(struct connection *c,
                                    const struct packet_out *out,
                                    uint16_t private)
{
    struct verbs *v = verbs_of(c);
    bool is_posted;
    if (out->header_bytes + out->payload_bytes <= v->inline_bytes)
        is_posted = post_inline(c, out, private);
    else if (LIKELY(v->send_free != NULL))
        is_posted = post_slot(c, out, private);
    else
        return POST_BUSY;
    return LIKELY(is_posted) ? POST_DONE : POST_FAILED;
}

NO_INLINE enum post post_refuse(const struct connection *c)
{
    return c->base.error != MPI_SUCCESS ? POST_FAILED : POST_BUSY;
}

enum post post_send(struct endpoint *ep, const struct packet_out *out)
{
    struct connection *c = CONTAINER_OF(ep, struct connection, base);
    hotring_unbook(c); /* a post that is busy leaves it so */
    if (UNLIKELY(c->state != CONNECTION_READY))
        return post_refuse(c);
    if (UNLIKELY(post_room(c) <= SEND_RESERVE))
        return POST_BUSY;
    if (out->header_bytes + out->payload_bytes <= c->out.most && c->out.room)
        return hotring_send(c, out);
    if (UNLIKELY(c->credits == 0))
        return POST_BUSY;
    enum post result = post_packet(c, out, 0);
    if (LIKELY(result == POST_DONE))
        c->credits--;
    return result;
}

/* Post a packet of our own; type and length are its sender's business. */
static enum post post_control(struct connection *c, struct packet *packet,
                              size_t bytes)
{
    if (c->state != CONNECTION_READY || post_room(c) == 0)
        return POST_BUSY;
    struct packet_out out = { .header = packet, .header_bytes = bytes };
    return post_packet(c, &out, PRIVATE_CONTROL);
}

static enum post post_word(struct connection *c, enum control what)
{
    struct packet packet = { .type = (uint8_t)what };
    return post_control(c, &packet, sizeof packet);
}

void post_credits(struct connection *c)
{
    if (c->owed.packets >= (verbs_of(c)->credits + 1) / 2 ||
        c->owed.slots >= HOT_SLOTS / 2)
        post_word(c, CONTROL_CREDITS);
    if (UNLIKELY(c->out.owes_return))
        hotring_give_back(c);
}

bool post_farewell(struct connection *c)
{
    c->must_signal = true; /* so that draining gets its completion */
    return post_word(c, CONTROL_FAREWELL) != POST_BUSY;
}

/* The same for a control packet that takes a credit. */
static bool post_on_credit(struct connection *c, struct packet *packet,
                           size_t bytes)
{
    if (c->credits == 0 || post_room(c) <= SEND_RESERVE ||
        post_control(c, packet, bytes) != POST_DONE)
        return false;
    c->credits--;
    return true;
}

bool post_offer(struct connection *c, struct hot_offer *offer)
{
    offer->packet.type = CONTROL_RING_OFFER;
    return post_on_credit(c, &offer->packet, sizeof *offer);
}

bool post_revoke(struct connection *c)
{
    struct packet packet = { .type = CONTROL_RING_REVOKE };
    return post_on_credit(c, &packet, sizeof packet);
}

bool post_track_word(struct connection *c, enum control what)
{
    struct packet packet = { .type = (uint8_t)what };
    return c->state == CONNECTION_READY &&
           post_on_credit(c, &packet, sizeof packet);
}

bool post_return(struct connection *c)
{
    return post_word(c, CONTROL_RING_RETURN) != POST_BUSY;
}

void post_ask(struct connection *c)
{
    struct ibv_send_wr wr = { .opcode = IBV_WR_RDMA_WRITE };
    if (c->unsignalled > c->out.booked && c->signals == c->signals_taken)
        post_request(c, &wr, SENT_INLINE, c);
}

static void free_slot(struct verbs *v, struct send_slot *slot)
{
    slot->next_free = v->send_free;
    v->send_free = slot;
}

void post_retire(struct connection *c)
{
    struct sent s = c->sent[c->signals_taken++ % SEND_QUEUE];
    c->retired += s.covers;
    if (s.kind == SENT_SLOT)
        free_slot(verbs_of(c), s.object);
    if (s.kind == SENT_MOVE)
        rdma_answer(c, s.object, s.requests);
    if (UNLIKELY(s.kind == SENT_WINDOW))
        window_retire(verbs_of(c), s.object);
    rdma_advance(c);
}

void post_abandon(struct connection *c, int err)
{
    struct verbs *v = verbs_of(c);
    for (; c->signals_taken != c->signals; c->signals_taken++) {
        struct sent *s = &c->sent[c->signals_taken % SEND_QUEUE];
        if (s->kind == SENT_SLOT)
            free_slot(v, s->object);
    }
    c->retired = c->posted;
    c->unsignalled = 0;
    rdma_abandon(c, err);
}
