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
#include "transport/verbs/memory.h"

struct block {
    struct list link;
    struct memory_pool pool;
    struct receive_slot slots[]; /* share */
};

int receive_open(struct receive *r, struct ibv_context *context,
                 const struct ibv_device_attr *limits, int peers,
                 struct strbuf *why)
{
    unsigned long wanted = (unsigned long)r->share * (unsigned)peers;
    r->capacity = wanted < (unsigned long)limits->max_srq_wr
                      ? (unsigned)wanted : (unsigned)limits->max_srq_wr;
    struct ibv_srq_init_attr attr = {
        .attr = { .max_wr = r->capacity, .max_sge = 1 }
    };
    list_init(&r->blocks);
    r->srq = ibv_create_srq(r->pd, &attr);
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

int receive_post(struct receive *r, struct receive_slot *slot)
{
    struct ibv_sge sge = { .addr = (uintptr_t)slot->data,
                           .length = (uint32_t)r->slot_bytes,
                           .lkey = slot->key };
    struct ibv_recv_wr wr = { .wr_id = (uintptr_t)slot, .sg_list = &sge,
                              .num_sge = 1 };
    struct ibv_recv_wr *bad;
    int status = ibv_post_srq_recv(r->srq, &wr, &bad);
    if (UNLIKELY(status != 0)) {
        log_error("cannot post a receive: %s", strerror(status));
        return MPI_ERR_OTHER;
    }
    return MPI_SUCCESS;
}

int receive_add_share(struct receive *r, struct strbuf *why)
{
    if (r->idle_shares) {
        r->idle_shares--;
        return MPI_SUCCESS;
    }
    if (r->posted + r->share > r->capacity) {
        strbuf_printf(why, "the device's shared receive queue holds %u "
                      "packets, too few for another peer with %u (see "
                      "BATON_VERBS_CREDITS)", r->capacity, r->share);
        return MPI_ERR_OTHER;
    }
    struct block *b = calloc(1, sizeof *b + r->share * sizeof b->slots[0]);
    if (!b) {
        strbuf_puts(why, "out of memory");
        return MPI_ERR_OTHER;
    }
    list_init(&b->link);
    int err = memory_create_pool(r->pd, r->cache, r->share * r->slot_bytes,
                                 &b->pool, why);
    if (err != MPI_SUCCESS) {
        free(b);
        return err;
    }
    list_append(&r->blocks, &b->link);
    for (unsigned i = 0; i < r->share && err == MPI_SUCCESS; i++) {
        b->slots[i].key = b->pool.mr->lkey;
        b->slots[i].data = b->pool.memory + i * r->slot_bytes;
        err = receive_post(r, &b->slots[i]);
    }
    if (err == MPI_SUCCESS)
        r->posted += r->share;
    else
        strbuf_puts(why, "the shared receive queue takes no more slots");
    return err;
}
