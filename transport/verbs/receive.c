/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Receive slots come in blocks, one block a share, each a mapping of its own
 * that is registered as a whole.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/receive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/log.h"

struct block {
    struct list link;
    struct memory_pool pool;
    struct receive_slot slots[];
};

int receive_open(struct receive *r, struct ibv_context *context,
                 const struct ibv_device_attr *limits, int peers,
                 struct strbuf *why)
{
    unsigned long wanted = (unsigned long)r->share * (unsigned)peers +
                           RECEIVE_BATCH - 1;
    r->capacity = wanted < (unsigned long)limits->max_srq_wr
                      ? (unsigned)wanted : (unsigned)limits->max_srq_wr;
    struct ibv_srq_init_attr attr = {
        .attr = { .max_wr = r->capacity, .max_sge = 1 }
    };
    list_init(&r->blocks);
    r->srq = ibv_create_srq(r->owner.pd, &attr);
    if (!r->srq) {
        strbuf_printf(why, "no shared receive queue of %u slots: %s",
                      r->capacity, strerror(errno));
        return MPI_ERR_OTHER;
    }
    int err = receive_add_share(r, why);
    if (err != MPI_SUCCESS)
        receive_close(r);
    else
        r->idle_shares = 1;
    return err;
}

static void free_block(struct block *b)
{
    list_remove(&b->link);
    memory_destroy_pool(&b->pool);
    free(b);
}

void receive_close(struct receive *r)
{
    if (r->srq)
        ibv_destroy_srq(r->srq);
    r->srq = NULL;
    LIST_FOR_EACH(node, &r->blocks)
        free_block(CONTAINER_OF(node, struct block, link));
}

int receive_flush(struct receive *r)
{
    struct ibv_recv_wr *bad;
    int status = ibv_post_srq_recv(r->srq, r->batch, &bad);
    r->batch = NULL;
    r->batched = 0;
    if (UNLIKELY(status != 0)) {
        log_error("cannot post a receive: %s", strerror(status));
        return MPI_ERR_OTHER;
    }
    return MPI_SUCCESS;
}

/* Make `count` more slots and post them. */
static int add_slots(struct receive *r, unsigned count, struct strbuf *why)
{
    struct block *b = calloc(1, sizeof *b + count * sizeof b->slots[0]);
    if (!b) {
        strbuf_puts(why, "out of memory");
        return MPI_ERR_OTHER;
    }
    list_init(&b->link);
    const size_t pace = receive_pace(r);
    int err = memory_create_pool(&r->owner, count * pace, &b->pool, why);
    if (err != MPI_SUCCESS) {
        free(b);
        return err;
    }
    list_append(&r->blocks, &b->link);
    for (unsigned i = 0; i < count; i++) {
        struct receive_slot *slot = &b->slots[i];
        slot->data = b->pool.memory + i * pace + CACHE_LINE;
        slot->sge = (struct ibv_sge){ .addr = (uintptr_t)slot->data,
                                      .length = (uint32_t)r->slot_bytes,
                                      .lkey = b->pool.mr->lkey };
        slot->wr = (struct ibv_recv_wr){ .wr_id = (uintptr_t)slot,
                                         .next = r->batch,
                                         .sg_list = &slot->sge,
                                         .num_sge = 1 };
        r->batch = &slot->wr;
    }
    err = receive_flush(r);
    if (err == MPI_SUCCESS)
        r->posted += count;
    else
        strbuf_puts(why, "the shared receive queue takes no more slots");
    return err;
}

int receive_add_share(struct receive *r, struct strbuf *why)
{
    if (r->idle_shares) {
        r->idle_shares--;
        return MPI_SUCCESS;
    }
    unsigned count = r->share;
    if (r->posted == 0)
        count += RECEIVE_BATCH - 1;
    if (r->posted + count > r->capacity) {
        strbuf_printf(why, "the device's shared receive queue holds %u "
                      "packets, too few for another peer with %u (see "
                      "BATON_VERBS_CREDITS)", r->capacity, r->share);
        return MPI_ERR_OTHER;
    }
    return add_slots(r, count, why);
}
