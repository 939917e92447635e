/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gather up a binomial tree: a node collects the packed blocks of its subtree,
 * which is a run of ranks, and sends them to its parent as one message. The
 * root receives a subtree straight into place unless its ranks wrap around
 * past P - 1.
 *
 * Cost     ceil(log2 P) rounds at most on the way of a block; the root
 *          receives n (P - 1) bytes in ceil(log2 P) messages; an inner node
 *          copies its own block
 * Source   Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"
#include "collectives/tree.h"

static struct span block_at(struct span recv, int first, int count)
{
    return span_at(recv, first * recv.count, count * recv.count);
}

/* A subtree whose ranks wrap around, on its way into place. */
struct wrapped {
    char *data; /* NULL: there is none */
    int first;  /* its ranks are first .. first + count - 1, modulo P */
    int count;
};

static void receive_wrapped(struct schedule *s, const struct coll_args *a,
                            struct wrapped *w, int first, int count)
{
    size_t bytes = (size_t)count * span_bytes(a->recv);
    w->first = first;
    w->count = count;
    w->data = schedule_scratch(s, bytes);
    schedule_recv(s, span_packed(w->data, bytes), first);
}

static void place_wrapped(struct schedule *s, const struct coll_args *a,
                          const struct wrapped *w)
{
    const int before = coll_size(a) - w->first;
    const int after = w->count - before;
    const size_t block = span_bytes(a->recv);
    const size_t split = (size_t)before * block;
    schedule_copy(s, block_at(a->recv, w->first, before),
                  span_packed(w->data, split));
    schedule_copy(s, block_at(a->recv, 0, after),
                  span_packed(w->data + split, (size_t)after * block));
}

static void gather_at_root(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    struct wrapped wrapped = { NULL, 0, 0 };
    for (int b = 1; b < size; b <<= 1) {
        int first = tree_rank(b, a->root, size);
        int count = tree_span(b, b, size);
        if (first + count <= size)
            schedule_recv(s, block_at(a->recv, first, count), first);
        else
            receive_wrapped(s, a, &wrapped, first, count);
    }
    if (a->send.address != MPI_IN_PLACE)
        schedule_copy(s, block_at(a->recv, a->root, 1), a->send);
    schedule_end_round(s);
    if (wrapped.data)
        place_wrapped(s, a, &wrapped);
}

int gather_binomial(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int node = tree_node(coll_rank(a), a->root, size);
    const int bit = tree_bit(node, size);
    if (node == 0) {
        gather_at_root(s, a);
        return MPI_SUCCESS;
    }
    const int parent = tree_rank(node - bit, a->root, size);
    const int blocks = tree_span(node, bit, size);
    if (blocks == 1) {
        schedule_send(s, a->send, parent);
        return MPI_SUCCESS;
    }
    const size_t block = span_bytes(a->send);
    char *data = schedule_scratch(s, (size_t)blocks * block);
    if (!data)
        return MPI_ERR_NO_MEM;
    schedule_copy(s, span_packed(data, block), a->send);
    for (int b = 1; b < bit && node + b < size; b <<= 1)
        schedule_recv(s, span_packed(data + (size_t)b * block,
                                     (size_t)tree_span(node + b, b, size) *
                                         block),
                      tree_rank(node + b, a->root, size));
    schedule_end_round(s);
    schedule_send(s, span_packed(data, (size_t)blocks * block), parent);
    return MPI_SUCCESS;
}
