/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Broadcast of long messages: scatter the bytes down a binomial tree, then
 * pass the pieces around a ring until all have all.
 *
 * Works on the packed bytes, cut into P pieces of equal size (the last ones
 * may be short or empty); a message that is not contiguous is packed at the
 * root and unpacked elsewhere. Piece i belongs to tree node i.
 *
 * Cost     ceil(log2 P) + P - 1 rounds; every rank sends and receives about
 *          2 n bytes at most, against n log2 P at the root of a tree
 * Source   Barnett, Gupta, Payne, Shuler, van de Geijn, Watts 1994;
 *          Thakur, Rabenseifner, Gropp 2005, doi:10.1177/1094342005051521
 */
#include "collectives/algorithms.h"
#include "collectives/tree.h"

struct pieces {
    char *data;
    size_t total;
    size_t bytes; /* of one piece */
};

/* The pieces of nodes [first, first + count), which lie together. */
static struct span pieces_at(const struct pieces *p, int first, int count)
{
    size_t begin = (size_t)first * p->bytes;
    size_t end = (size_t)(first + count) * p->bytes;
    if (begin > p->total)
        begin = p->total;
    if (end > p->total)
        end = p->total;
    return span_packed(p->data + begin, end - begin);
}

static void scatter(struct schedule *s, const struct coll_args *a,
                    const struct pieces *p)
{
    const int size = coll_size(a);
    const int node = tree_node(coll_rank(a), a->root, size);
    int bit = tree_bit(node, size);
    if (node != 0) {
        schedule_recv(s, pieces_at(p, node, tree_span(node, bit, size)),
                      tree_rank(node - bit, a->root, size));
        schedule_end_round(s);
    }
    for (bit >>= 1; bit > 0; bit >>= 1) {
        int child = node + bit;
        if (child < size)
            schedule_send(s, pieces_at(p, child, tree_span(child, bit, size)),
                          tree_rank(child, a->root, size));
    }
    schedule_end_round(s);
}

static void allgather(struct schedule *s, const struct coll_args *a,
                      const struct pieces *p)
{
    const int size = coll_size(a);
    const int node = tree_node(coll_rank(a), a->root, size);
    const int right = tree_rank((node + 1) % size, a->root, size);
    const int left = tree_rank((node - 1 + size) % size, a->root, size);
    for (int i = 0; i < size - 1; i++) {
        schedule_recv(s, pieces_at(p, (node - i - 1 + size) % size, 1), left);
        schedule_send(s, pieces_at(p, (node - i + size) % size, 1), right);
        schedule_end_round(s);
    }
}

int bcast_scatter_allgather(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const bool is_root = coll_rank(a) == a->root;
    struct pieces p = { .total = span_bytes(a->recv) };
    p.bytes = (p.total + (size_t)size - 1) / (size_t)size;
    if (span_is_contiguous(a->recv)) {
        p.data = span_first_byte(a->recv);
    } else {
        p.data = schedule_scratch(s, p.total);
        if (!p.data)
            return MPI_ERR_NO_MEM;
        if (is_root)
            schedule_copy(s, span_packed(p.data, p.total), a->recv);
    }
    scatter(s, a, &p);
    allgather(s, a, &p);
    if (!is_root && !span_is_contiguous(a->recv))
        schedule_copy(s, a->recv, span_packed(p.data, p.total));
    return MPI_SUCCESS;
}
