/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transport from a rank to itself. Packets wait as copies in one ring of
 * bytes until the next poll, since a send must not deliver; get is memcpy.
 * Its length is the price of the contract.
 */
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/process.h"
#include "transport/transport.h"

/* A quarter of the ring each, so that a packet, what it may waste at the end
 * of the ring and one that is being delivered have room. */
enum { RING_BYTES = 64 << 10, PACKET_BYTES = 16 << 10, HEADER_ROOM = 128 };

/* Before each packet in the ring; 0 bytes: the rest of the ring is unused. */
struct record {
    uint64_t bytes;
};

struct self {
    struct transport transport;
    struct endpoint endpoint;
    struct region everything;
    size_t first;        /* bytes ever delivered; both counts never wrap */
    size_t end;          /* bytes ever queued */
    unsigned char *ring; /* RING_BYTES */
};

static struct self *self_of(struct transport *t)
{
    return CONTAINER_OF(t, struct self, transport);
}

static struct record *record_at(const struct self *self, size_t place)
{
    return (struct record *)(self->ring + place % RING_BYTES);
}

static int self_open(struct process *process,
                     const struct packet_table *packets,
                     struct transport **out, struct strbuf *why)
{
    struct self *self = calloc(1, sizeof *self);
    unsigned char *ring = malloc(RING_BYTES);
    if (!self || !ring) {
        strbuf_puts(why, "out of memory");
        free(self);
        free(ring);
        return MPI_ERR_NO_MEM;
    }
    self->ring = ring;
    self->transport = (struct transport){
        .ops = &self_transport, .process = process, .packets = packets,
        .max_packet_bytes = PACKET_BYTES,
        .eager_bytes = PACKET_BYTES - HEADER_ROOM,
    };
    *out = &self->transport;
    return MPI_SUCCESS;
}

static void self_close(struct transport *t)
{
    free(self_of(t)->ring);
    free(self_of(t));
}

static int self_card(struct transport *t, struct strbuf *out)
{
    return MPI_SUCCESS;
}

static bool self_reach(struct transport *t, int world, const void *card,
                       size_t card_bytes, struct strbuf *why)
{
    if (world == t->process->world)
        return true;
    strbuf_puts(why, "the peer is another process");
    return false;
}

static int self_connect(struct transport *t, int world, const void *card,
                        size_t card_bytes, struct endpoint **out)
{
    endpoint_init(&self_of(t)->endpoint, t, world);
    *out = &self_of(t)->endpoint;
    return MPI_SUCCESS;
}

static enum post self_send(struct endpoint *ep, const struct packet_out *packet)
{
    struct self *self = self_of(ep->transport);
    size_t bytes = packet->header_bytes + packet->payload_bytes;
    size_t need = sizeof(struct record) + align_up(bytes, sizeof(uint64_t));
    size_t left = RING_BYTES - self->end % RING_BYTES;
    size_t waste = need > left ? left : 0;
    if (self->end + waste + need - self->first > RING_BYTES)
        return POST_BUSY;
    if (waste)
        record_at(self, self->end)->bytes = 0;
    self->end += waste;
    struct record *record = record_at(self, self->end);
    record->bytes = bytes;
    unsigned char *to = (unsigned char *)(record + 1);
    memcpy(to, packet->header, packet->header_bytes);
    if (packet->payload_bytes)
        memcpy(to + packet->header_bytes, packet->payload,
               packet->payload_bytes);
    self->end += need;
    return POST_DONE;
}

static enum post self_get(struct endpoint *ep, const struct transfer *get)
{
    memmove(get->slices[0].address,
            (const void *)(uintptr_t)get->remote_address, get->bytes);
    counter_add(ep->transport->process->counters, COUNTER_COPIED_LOCAL_BYTES,
                get->bytes);
    return POST_DONE;
}

static int self_retain_region(struct endpoint *ep, void *address, size_t bytes,
                              enum region_use use, struct region **out)
{
    *out = &self_of(ep->transport)->everything;
    return MPI_SUCCESS;
}

static void self_release_region(struct transport *t, struct region *region)
{
}

/* What handlers send from here waits for the next poll, or two requests that
 * answer each other would never leave this one. */
static int self_poll(void *transport)
{
    struct transport *t = transport;
    struct self *self = self_of(t);
    size_t end = self->end;
    int events = 0;
    while (self->first != end) {
        const struct record *record = record_at(self, self->first);
        if (record->bytes == 0) {
            self->first += RING_BYTES - self->first % RING_BYTES;
            continue;
        }
        size_t bytes = record->bytes;
        packet_deliver(t->packets, t->process->world,
                       (const struct packet *)(record + 1), bytes);
        self->first += sizeof *record + align_up(bytes, sizeof(uint64_t));
        events++;
    }
    return events;
}

static void self_explain(struct endpoint *ep, struct strbuf *out)
{
    strbuf_puts(out, "self: copies within the process");
}

const struct transport_ops self_transport = {
    .name = "self",
    .is_loopback = true,
    .scatter_bytes = 4 << 10,
    .open = self_open,
    .close = self_close,
    .card = self_card,
    .reach = self_reach,
    .connect = self_connect,
    .send = self_send,
    .get = self_get,
    .retain_region = self_retain_region,
    .release_region = self_release_region,
    .poll = self_poll,
    .explain = self_explain,
};
