/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shared receive queue and its slots.
 *
 * Each connected peer adds a share of slots: one for each credit it has, and
 * RECEIVE_EXTRA for what travels without a credit (see post.h). Slots go back
 * to the queue in batches, and as many slots as may wait for their batch are
 * there beside the shares. So the queue can never run dry.
 */
#ifndef VERBS_RECEIVE_H
#define VERBS_RECEIVE_H

#include <stddef.h>

#include <infiniband/verbs.h>

#include "runtime/base/list.h"
#include "runtime/base/platform.h"
#include "runtime/base/strbuf.h"
#include "transport/verbs/memory.h"

enum {
    RECEIVE_EXTRA = 6,
    RECEIVE_BATCH = 8 /* 1 us of a ping-pong over emulated rxe, against 1 */
};

struct receive {
    struct memory_owner owner; /* of the slots */
    struct ibv_srq *srq;
    size_t slot_bytes;   /* a multiple of the cache line */
    unsigned share;      /* slots of one peer */
    unsigned capacity;   /* the queue's length */
    unsigned posted;     /* slots that exist */
    unsigned idle_shares; /* of peers that never came or are gone */
    struct list blocks;
    struct ibv_recv_wr *batch; /* slots on their way back */
    unsigned batched;
};

struct receive_slot {
    struct ibv_recv_wr wr;
    struct ibv_sge sge;
    char *data; /* where packets arrive; CACHE_LINE bytes before it are free */
};

/* From one slot's memory to the next one's. */
static inline size_t receive_pace(const struct receive *r)
{
    return CACHE_LINE + r->slot_bytes;
}

/*
 * Make the queue and the first share. peers is how many are to be expected.
 * Errors   MPI_ERR_OTHER, with a phrase in why; MPI_ERR_NO_MEM
 */
int receive_open(struct receive *r, struct ibv_context *context,
                 const struct ibv_device_attr *limits, int peers,
                 struct strbuf *why);

/* The queue pairs that use it are gone. */
void receive_close(struct receive *r);

/*
 * Post one more peer's share.
 * Errors   MPI_ERR_OTHER, with a phrase in why
 */
int receive_add_share(struct receive *r, struct strbuf *why);

/* A connection that took a share is gone. */
static inline void receive_drop_share(struct receive *r)
{
    r->idle_shares++;
}

/* Post the batch. Errors: MPI_ERR_OTHER (logged) */
int receive_flush(struct receive *r);

/* Give a slot back to the queue; its packet has been dealt with. */
static inline void receive_return(struct receive *r, struct receive_slot *slot)
{
    slot->wr.next = r->batch;
    r->batch = &slot->wr;
    if (++r->batched == RECEIVE_BATCH)
        receive_flush(r);
}

#endif
