/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making queue pairs. The table by_qp uses open addressing and is at most half
 * full, so a search ends at the first gap; it is rebuilt on each change, which
 * is as rare as a connection.
 */
#define LOG_MODULE "verbs"
#include "transport/verbs/qp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "transport/verbs/poll.h"
#include "transport/verbs/rdma.h"

/* A packet takes three: prefix, header and payload. */
static unsigned slices_max(const struct verbs *v)
{
    return v->device.limits.max_sge < SLICES_MAX
               ? (unsigned)v->device.limits.max_sge : SLICES_MAX;
}

static struct ibv_qp_init_attr describe(const struct verbs *v)
{
    return (struct ibv_qp_init_attr){
        .send_cq = v->cq,
        .recv_cq = v->cq,
        .srq = v->receive.srq,
        .cap = { .max_send_wr = SEND_QUEUE,
                 .max_send_sge = slices_max(v),
                 .max_inline_data = v->inline_bytes },
        .qp_type = IBV_QPT_RC,
    };
}

int qp_probe(struct verbs *v, struct strbuf *why)
{
    static const unsigned sizes[] = { 512, 384, 256, 192, 128, 64, 0 };
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        v->inline_bytes = sizes[i];
        struct ibv_qp_init_attr attr = describe(v);
        struct ibv_qp *qp = ibv_create_qp(v->pd, &attr);
        if (!qp)
            continue;
        ibv_destroy_qp(qp);
        log_debug("%s takes %u bytes inline", v->device.name, sizes[i]);
        return MPI_SUCCESS;
    }
    strbuf_printf(why, "%s makes no queue pair: %s", v->device.name,
                  strerror(errno));
    return MPI_ERR_OTHER;
}

/* Rebuild the table from the connections that have a queue pair. */
static int index_queue_pairs(struct verbs *v)
{
    unsigned size = 16;
    while (size < 2 * (unsigned)(v->connection_count + 1))
        size *= 2;
    if (size > v->by_qp_size) {
        struct connection **grown = realloc(v->by_qp, size * sizeof *grown);
        if (!grown)
            return MPI_ERR_NO_MEM;
        v->by_qp = grown;
        v->by_qp_size = size;
    }
    memset(v->by_qp, 0, v->by_qp_size * sizeof(struct connection *));
    unsigned mask = v->by_qp_size - 1;
    for (int w = 0; w < v->base.process->world_count; w++) {
        struct connection *c = v->connections[w];
        if (!c || !c->id || !c->id->qp)
            continue;
        unsigned i = c->qp_number & mask;
        while (v->by_qp[i])
            i = (i + 1) & mask;
        v->by_qp[i] = c;
    }
    return MPI_SUCCESS;
}

/* Room in the completion queue for all that can be outstanding: when a queue
 * pair breaks, every work request on it gives a completion. */
static int make_room(struct verbs *v, struct strbuf *why)
{
    long need = (long)v->receive.posted +
                (long)v->connection_count * SEND_QUEUE;
    if (need <= v->cq->cqe)
        return MPI_SUCCESS;
    long size = 2 * need < v->device.limits.max_cqe
                    ? 2 * need : v->device.limits.max_cqe;
    if (need > size) {
        strbuf_printf(why, "%s has completion queues of %d entries, too few "
                      "for %d peers", v->device.name,
                      v->device.limits.max_cqe, v->connection_count);
        return MPI_ERR_OTHER;
    }
    int status = ibv_resize_cq(v->cq, (int)size);
    if (status != 0) {
        strbuf_printf(why, "cannot extend the completion queue to %ld "
                      "entries: %s", size, strerror(status));
        return MPI_ERR_OTHER;
    }
    return MPI_SUCCESS;
}

static void drop_share(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    v->connection_count--;
    receive_drop_share(&v->receive);
}

/*
 * A device may give the number of a destroyed queue pair to a new one, and a
 * completion names nothing else. All that the old one will ever cause is in
 * the completion queue by now: take it out while the number belongs to nobody.
 */
static void take_old_completions(struct verbs *v)
{
    for (int left = v->cq->cqe; left > 0; left -= POLL_BATCH)
        if (poll_completions(v) == 0)
            return;
}

int qp_create(struct connection *c, struct strbuf *why)
{
    struct verbs *v = verbs_of(c);
    take_old_completions(v);
    int err = receive_add_share(&v->receive, why);
    if (err != MPI_SUCCESS)
        return err;
    v->connection_count++;
    err = make_room(v, why);
    if (err != MPI_SUCCESS) {
        drop_share(c);
        return err;
    }
    struct ibv_qp_init_attr attr = describe(v);
    if (rdma_create_qp(c->id, v->pd, &attr) != 0) {
        strbuf_printf(why, "no queue pair: %s", strerror(errno));
        drop_share(c);
        return MPI_ERR_OTHER;
    }
    c->qp_number = c->id->qp->qp_num;
    c->base.slices_max = slices_max(v);
    c->base.runs_max = RUNS_MAX;
    if (index_queue_pairs(v) == MPI_SUCCESS)
        return MPI_SUCCESS;
    strbuf_puts(why, "out of memory");
    qp_destroy(c);
    return MPI_ERR_OTHER;
}

void qp_destroy(struct connection *c)
{
    if (!c->id || !c->id->qp)
        return;
    rdma_destroy_qp(c->id);
    drop_share(c);
    index_queue_pairs(verbs_of(c)); /* does not grow here */
}

int qp_inspect(struct connection *c)
{
    struct verbs *v = verbs_of(c);
    struct ibv_qp_attr attr;
    struct ibv_qp_init_attr init;
    int status = ibv_query_qp(c->id->qp, &attr,
                              IBV_QP_MAX_QP_RD_ATOMIC | IBV_QP_PATH_MTU |
                                  IBV_QP_AV, &init);
    if (status != 0) {
        log_error("cannot query qp 0x%x: %s", c->qp_number, strerror(status));
        return MPI_ERR_OTHER;
    }
    rdma_set_reads(c, attr.max_rd_atomic);
    if (v->device.link_layer == IBV_LINK_LAYER_ETHERNET &&
        attr.ah_attr.grh.sgid_index != v->device.gid_index)
        log_warn("librdmacm took GID %d of %s for rank %d, not GID %d",
                 attr.ah_attr.grh.sgid_index, v->device.name, c->base.world,
                 v->device.gid_index);
    return MPI_SUCCESS;
}
