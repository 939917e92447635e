/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scatter down a binomial tree: a node receives the packed blocks of its
 * subtree, which is a run of ranks, keeps the first and passes each child its
 * run. The root sends a subtree straight from its place unless its ranks wrap
 * around past P - 1.
 *
 * Cost     ceil(log2 P) rounds; the root sends n (P - 1) bytes in
 *          ceil(log2 P) messages; an inner node copies its own block
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"
#include "collectives/tree.h"

static struct span block_at(struct span send, int first, int count)
{
    return span_at(send, first * send.count, count * send.count);
}

/* Send the blocks of ranks first .. first + count - 1, modulo P, to first. */
static void send_from_place(struct schedule *s, const struct coll_args *a,
                            int first, int count)
{
    const int size = coll_size(a);
    if (first + count <= size) {
        schedule_send(s, block_at(a->send, first, count), first);
        return;
    }
    size_t block = span_bytes(a->send);
    size_t bytes = (size_t)count * block;
    char *data = schedule_scratch(s, bytes);
    if (!data)
        return;
    int before_wrap = size - first;
    size_t split = (size_t)before_wrap * block;
    schedule_copy(s, span_packed(data, split),
                  block_at(a->send, first, before_wrap));
    schedule_copy(s, span_packed(data + split, bytes - split),
                  block_at(a->send, 0, count - before_wrap));
    schedule_send(s, span_packed(data, bytes), first);
}

static void scatter_from_root(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    for (int b = tree_bit(0, size) >> 1; b > 0; b >>= 1)
        send_from_place(s, a, tree_rank(b, a->root, size),
                        tree_span(b, b, size));
    if (a->recv.address != MPI_IN_PLACE)
        schedule_copy(s, a->recv, block_at(a->send, a->root, 1));
}

int scatter_binomial(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int node = tree_node(coll_rank(a), a->root, size);
    const int bit = tree_bit(node, size);
    if (node == 0) {
        scatter_from_root(s, a);
        return MPI_SUCCESS;
    }
    const int parent = tree_rank(node - bit, a->root, size);
    const int blocks = tree_span(node, bit, size);
    if (blocks == 1) {
        schedule_recv(s, a->recv, parent);
        return MPI_SUCCESS;
    }
    const size_t block = span_bytes(a->recv);
    char *data = schedule_scratch(s, (size_t)blocks * block);
    if (!data)
        return MPI_ERR_NO_MEM;
    schedule_recv(s, span_packed(data, (size_t)blocks * block), parent);
    schedule_end_round(s);
    for (int b = bit >> 1; b > 0; b >>= 1)
        if (node + b < size)
            schedule_send(s, span_packed(data + (size_t)b * block,
                                         (size_t)tree_span(node + b, b, size) *
                                             block),
                          tree_rank(node + b, a->root, size));
    schedule_copy(s, a->recv, span_packed(data, block));
    return MPI_SUCCESS;
}
