/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Alltoall of small blocks after Bruck: a block that must go d ranks up
 * travels the binary digits of d, together with all blocks that share a digit.
 *
 * Slot d holds the block on its way to rank + d. In the round of digit b the
 * slots with that digit move to rank + b as one message; in the end slot d has
 * the block that came from rank - d.
 *
 * Cost     ceil(log2 P) rounds; each rank sends n P / 2 bytes a round and
 *          copies all twice and those once more
 * Source   Bruck, Ho, Kipnis, Upfal, Weathersby 1997, doi:10.1109/71.642949
 */
#include "collectives/algorithms.h"

struct slots {
    char *data;
    char *out;
    char *in;
    size_t block;
};

static struct span slot_at(const struct slots *t, int d)
{
    return span_packed(t->data + (size_t)d * t->block, t->block);
}

/* Move the slots with digit `bit` to the rank that is `bit` above. */
static void move_digit(struct schedule *s, const struct coll_args *a,
                       const struct slots *t, int bit)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    size_t bytes = 0;
    for (int d = bit; d < size; d++)
        if (d & bit) {
            schedule_copy(s, span_packed(t->out + bytes, t->block),
                          slot_at(t, d));
            bytes += t->block;
        }
    schedule_recv(s, span_packed(t->in, bytes), (rank - bit + size) % size);
    schedule_send(s, span_packed(t->out, bytes), (rank + bit) % size);
    schedule_end_round(s);
    bytes = 0;
    for (int d = bit; d < size; d++)
        if (d & bit) {
            schedule_copy(s, slot_at(t, d),
                          span_packed(t->in + bytes, t->block));
            bytes += t->block;
        }
}

int alltoall_bruck(struct schedule *s, const struct coll_args *a)
{
    const int size = coll_size(a);
    const int rank = coll_rank(a);
    const struct span to = a->recv;
    const struct span from = a->send;
    struct slots t = { .block = span_bytes(to) };
    size_t bytes = (size_t)size * t.block;
    t.data = schedule_scratch(s, 3 * bytes);
    if (!t.data)
        return MPI_ERR_NO_MEM;
    t.out = t.data + bytes;
    t.in = t.out + bytes;
    schedule_copy(s, span_packed(t.data, (size_t)(size - rank) * t.block),
                  span_at(from, rank * from.count,
                          (size - rank) * from.count));
    schedule_copy(s, span_packed(t.data + (size_t)(size - rank) * t.block,
                                 (size_t)rank * t.block),
                  span_at(from, 0, rank * from.count));
    for (int bit = 1; bit < size; bit <<= 1)
        move_digit(s, a, &t, bit);
    for (int d = 0; d < size; d++) {
        int source = (rank - d + size) % size;
        schedule_copy(s, span_at(to, source * to.count, to.count),
                      slot_at(&t, d));
    }
    return MPI_SUCCESS;
}
