/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rings for hot peers: slots in the receiver's memory that the sender fills
 * by inline RDMA writes and the receiver polls. This saves both sides the
 * receive queue and the receiver the completion. A rank lends a bounded number
 * of rings to those peers that send it the most small packets.
 *
 * A packet stands at the end of its slot, so that the receiver looks at one
 * fixed place and one write brings it all:
 *
 *   |  unused, zero  | packet, a multiple of 8 bytes | bytes sends credits mark |
 *                    ^ type, never 0                                slot ends ^
 *
 * The last byte of the write makes it valid. No specification promises that a
 * device writes the last byte last (ibv_query_qp_data_in_order says it of the
 * devices that do promise; rxe does not), but ib_write_lat stands on it, Open
 * MPI's openib did, which looks at the last byte of a footer, and MVAPICH, which
 * looks at a flag before and one behind the message: a message of one frame
 * goes to memory by ascending addresses unless its region asks for relaxed
 * ordering; ours does not. A copy by software (rxe) may also run downwards, so
 * the first byte must be there, too. The receiver clears what it has read: any
 * byte that is not zero is new.
 *
 * The short way (transport.h) leads here. So that a short send need not look at
 * room and at the send queue, some are booked ahead: counted as posted and as
 * using the ring, the last of them to be signalled. Any other post first gives
 * back what is left of the booking. short_limit is above 0 as long as something
 * is booked.
 *
 * Order. Packets that do not fit, or come when the ring is full, go through the
 * receive queue. Each packet in the ring tells how many went there before it,
 * and waits for these. A packet from the receive queue comes after all in the
 * ring that tell of fewer: they were written before it was sent, and an RC
 * queue pair has placed them when its completion shows.
 */
#ifndef VERBS_HOTRING_H
#define VERBS_HOTRING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <infiniband/verbs.h>

#include "runtime/base/platform.h"
#include "transport/transport.h"

struct connection;
struct verbs;

enum {
    HOT_MAX = 64,          /* rings that a rank may lend */
    HOT_SLOTS = 32,        /* of one ring */
    HOT_SLOT_BYTES = 256,
    HOT_PASSES = 8,        /* polls of the rings for one of the queue, while
                              packets come by rings */
    HOT_PACKETS = 32       /* small packets of a peer between two thoughts of
                              giving it a ring */
};

struct hot_trailer {
    uint16_t bytes;   /* of the packet */
    uint16_t sends;   /* packets through the receive queue before, modulo 2^16 */
    uint16_t credits; /* slots of the other direction's ring that are free */
    uint8_t unused;
    uint8_t mark;     /* 1 */
};

_Static_assert(sizeof(struct hot_trailer) == 8, "one aligned word");
_Static_assert(HOT_SLOT_BYTES % CACHE_LINE == 0,
               "a slot's end is the end of a cache line");

/* With CONTROL_RING_OFFER. */
struct hot_offer {
    struct packet packet;
    uint64_t address; /* of slot 0 at the receiver */
    uint32_t key;
    uint32_t unused;
};

/* The ring that a peer lends to us. */
struct ring_out {
    size_t most;      /* longest packet that goes there; 0: no ring */
    uint32_t room;    /* free slots, without those booked */
    uint32_t booked;  /* short sends that may go without a further look */
    struct hot_trailer trailer; /* of the next packet, but bytes and credits */
    char *staging;    /* where packets are put together: the trailer's place */
    uint64_t next;    /* end of the next slot at the peer */
    uint64_t first;   /* end of slot 0 */
    struct ibv_sge sge;     /* the packet and its trailer */
    struct ibv_send_wr wr;  /* of a booked send, but sge and address */
    bool owes_return; /* the peer wants it back and does not know it has it */
};

/* The ring that we lend to a peer. */
struct ring_in {
    char *slots;        /* NULL: none */
    char *end;          /* of the next packet's slot */
    unsigned index;     /* in hot.peers */
    uint32_t taken;     /* packets since the last review */
    bool is_revoked;    /* asked back, still in use */
    uint32_t heat;      /* small packets through the receive queue */
    uint32_t review;    /* during this review */
};

struct hot {
    _Alignas(8) char slot[HOT_SLOT_BYTES]; /* being sent */
    char *memory;       /* rings, NULL until the first is lent */
    struct ibv_mr *mr;
    uint64_t free;      /* which rings, one bit each */
    unsigned count;     /* rings lent */
    struct connection *peers[HOT_MAX];
    const uint8_t *watch[HOT_MAX]; /* the next mark of each */
    size_t most;        /* longest packet of a ring; 0: rings are off */
    uint32_t review;    /* reviews so far */
    uint32_t arrivals;  /* packets since the last one */
    int favour;         /* HOT_PASSES if the last packet came by a ring, or 0 */
    int passes;         /* polls to come that leave out the completion queue */
};

/* The setting is read, inline_bytes is known. */
void hotring_init(struct verbs *v);
void hotring_fini(struct verbs *v);

/* Send out by the ring, which has room; the queue pair has, too, and nothing
 * is booked. */
enum post hotring_send(struct connection *c, const struct packet_out *out);

/* Open the short way if there is room, or close it and give back what is
 * booked; harmless when it is so already. */
void hotring_book(struct connection *c);
void hotring_unbook(struct connection *c);

/* Hand up what is in a peer's ring and due; returns how many packets. */
int hotring_take(struct verbs *v, struct connection *c);

/* The same for all rings. */
int hotring_poll(struct verbs *v);

/* Has anything come by a ring? */
static ALWAYS_INLINE bool hotring_has_news(const struct hot *hot)
{
    for (unsigned i = 0; i < hot->count; i++)
        if (atomic_load_explicit((const _Atomic uint8_t *)hot->watch[i],
                                 memory_order_acquire))
            return true;
    return false;
}

/* HOT_PACKETS more small packets came from a peer without a ring. */
void hotring_consider(struct connection *c) NO_INLINE;

/* The peer lends us a ring; wants it back; gives back ours. */
void hotring_take_offer(struct connection *c, const struct packet *packet);
void hotring_take_revoke(struct connection *c);
void hotring_take_return(struct connection *c);

/* Tell the peer that its ring is free, when it asked; false: no room now. */
bool hotring_give_back(struct connection *c);

/* The queue pair is gone, with all that was lent over it. */
void hotring_drop(struct connection *c);

#endif
