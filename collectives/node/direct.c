/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allgather and alltoall of a pair whose ranks read each other's memory: each
 * shows where its blocks are, both read, and neither returns before both have
 * read. So what is long is copied once, by who needs it, and neither is asked
 * to help, for it is as busy itself.
 *
 * When the blocks of a rank are not one run of bytes, or a read fails, both see
 * it, and both go the way through the halls instead.
 */
#include <string.h>

#include "collectives/node/board.h"
#include "collectives/node/node.h"
#include "runtime/p2p/p2p.h"

/* What a rank shows first. */
struct offer {
    uint64_t address; /* of the block for rank 0; 0: not in this way */
    uint64_t stride;  /* from there to the block for rank 1 */
    uint64_t bytes;   /* of a block */
};

static struct offer own_offer(const struct board *b, const struct coll_args *a)
{
    const bool is_in_place = a->send.address == MPI_IN_PLACE;
    const bool to_each = a->kind == COLL_ALLTOALL;
    const struct span whole = {
        a->recv.address, a->recv.count * b->size, a->recv.type };
    struct span out = a->send;
    if (is_in_place)
        out = coll_recv_block(a, b->rank);
    else if (to_each)
        out.count *= b->size;
    if ((to_each && is_in_place) || !span_is_contiguous(whole) ||
        !span_is_contiguous(out))
        return (struct offer){ 0 };
    const size_t bytes = to_each ? span_bytes(out) / (size_t)b->size
                                 : span_bytes(out);
    return (struct offer){ (uintptr_t)span_first_byte(out),
                           to_each ? bytes : 0, bytes };
}

static const struct offer *offer_of(const struct board *b, int rank)
{
    size_t bytes;
    return board_data(b, rank, &bytes);
}

/* Can both do it? The same answer at either. */
static bool can_both(const struct board *b)
{
    return offer_of(b, 0)->address && offer_of(b, 1)->address &&
           offer_of(b, 0)->bytes == offer_of(b, 1)->bytes;
}

static int show(struct board *b, const void *data, size_t bytes)
{
    void *place;
    int err = board_next(b, bytes, &place);
    if (LIKELY(err == MPI_SUCCESS)) {
        memcpy(place, data, bytes);
        board_enter(b, bytes, FOR_NONE);
    }
    return err;
}

static int read_other(struct board *b, const struct coll_args *a,
                      size_t bytes)
{
    const int other = 1 - b->rank;
    const struct offer *o = offer_of(b, other);
    return p2p_read(b->comm, other, span_first_byte(coll_recv_block(a, other)),
                    o->address + o->stride * (uint64_t)b->rank, bytes);
}

/* Have both read what they wanted? */
static bool have_both_read(const struct board *b)
{
    size_t bytes;
    const uint64_t *first = board_data(b, 0, &bytes);
    const uint64_t *second = board_data(b, 1, &bytes);
    return *first && *second;
}

static int exchange(struct board *b, const struct coll_args *a, bool *is_done)
{
    const struct offer own = own_offer(b, a);
    int err = show(b, &own, sizeof own);
    if (err == MPI_SUCCESS)
        err = board_await_all(b);
    if (err != MPI_SUCCESS || !can_both(b)) {
        *is_done = err != MPI_SUCCESS;
        return err;
    }
    const uint64_t has_read = read_other(b, a, own.bytes) == MPI_SUCCESS;
    err = show(b, &has_read, sizeof has_read);
    if (err == MPI_SUCCESS && a->send.address != MPI_IN_PLACE)
        span_copy(coll_recv_block(a, b->rank),
                  a->kind == COLL_ALLTOALL ? coll_send_block(a, b->rank)
                                           : a->send);
    if (err == MPI_SUCCESS)
        err = board_await_all(b);
    *is_done = err != MPI_SUCCESS || have_both_read(b);
    if (!*is_done)
        b->is_pair = false;
    return err;
}

int node_exchange(struct board *b, const struct coll_args *a, bool *is_done)
{
    /* Above this the halls are faster (docs/shm.md). */
    enum { MOST_BYTES = 256 << 10 };
    const size_t bytes = coll_bytes(a);
    *is_done = false;
    return b->is_pair && bytes >= NODE_PAIR_BYTES && bytes <= MOST_BYTES
               ? exchange(b, a, is_done)
               : MPI_SUCCESS;
}
