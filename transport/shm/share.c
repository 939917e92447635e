/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two sides of a shared read. Pieces are pages, few enough that the calls
 * cost little and many enough that both ends finish together.
 */
#include "transport/shm/share.h"

#include <errno.h>
#include <sched.h>

#include "transport/shm/attach.h"

enum {
    HALVES_BYTES = 256 << 10,
    PIECES = 4,
    PIECE_MAX_BYTES = 512 << 10,
    SPIN = 10000 /* looks at the helper's count before asking if it lives */
};

/* One piece, as taken from the counter. */
struct piece {
    uint64_t from;
    uint64_t to;
    size_t bytes;
};

/* Any call takes 1.6 us before it copies, as long as 25 KiB take; so what is
 * short is cut in two only, and the rest so that who comes late still finds
 * something to do. */
static size_t piece_bytes(size_t bytes)
{
    size_t pieces = bytes <= HALVES_BYTES ? 2 : PIECES;
    size_t piece = align_up((bytes + pieces - 1) / pieces, 4096);
    return piece < PIECE_MAX_BYTES ? piece : PIECE_MAX_BYTES;
}

void share_open(struct share *s, void *to, uint64_t from, size_t bytes)
{
    const size_t piece = piece_bytes(bytes);
    uint64_t last = atomic_load_explicit(&s->next, memory_order_relaxed) >> 32;
    /* A piece that no read has: who sees a part of the new description sees that
     * the old one has ended, and takes nothing before the new one is whole. */
    atomic_store_explicit(&s->next, (last + 1) << 32 | UINT32_MAX,
                          memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&s->from, from, memory_order_relaxed);
    atomic_store_explicit(&s->to, (uintptr_t)to, memory_order_relaxed);
    atomic_store_explicit(&s->bytes, bytes, memory_order_relaxed);
    atomic_store_explicit(&s->piece_bytes, (uint32_t)piece,
                          memory_order_relaxed);
    atomic_store_explicit(&s->pieces, (uint32_t)((bytes + piece - 1) / piece),
                          memory_order_relaxed);
    atomic_store_explicit(&s->done, 0, memory_order_relaxed);
    atomic_store_explicit(&s->failed, 0, memory_order_relaxed);
    /* Release: who sees the new number sees the description. */
    atomic_store_explicit(&s->next, (last + 1) << 32, memory_order_release);
}

/* Take the next piece; false when none is left. Either side. */
static bool take(struct share *s, struct piece *piece)
{
    uint64_t next = atomic_load_explicit(&s->next, memory_order_acquire);
    do {
        uint32_t index = (uint32_t)next;
        if (index >= atomic_load_explicit(&s->pieces, memory_order_relaxed))
            return false;
        size_t size = atomic_load_explicit(&s->piece_bytes,
                                           memory_order_relaxed);
        uint64_t offset = index * (uint64_t)size;
        uint64_t bytes = atomic_load_explicit(&s->bytes, memory_order_relaxed);
        piece->from = atomic_load_explicit(&s->from, memory_order_relaxed) +
                      offset;
        piece->to = atomic_load_explicit(&s->to, memory_order_relaxed) + offset;
        piece->bytes = bytes - offset < size ? bytes - offset : size;
        /* Pairs with the fence in share_open: who has read a part of the next
         * description finds `next` changed. */
        atomic_thread_fence(memory_order_acquire);
    } while (!atomic_compare_exchange_weak_explicit(
        &s->next, &next, next + 1, memory_order_acq_rel, memory_order_acquire));
    return true;
}

/* Wait until the helper has ended so many pieces. It took them while polling
 * and does nothing else before, unless it has died. */
static int wait_for_helper(struct share *s, int pid, uint32_t pieces)
{
    char byte;
    unsigned looks = 0;
    while (atomic_load_explicit(&s->done, memory_order_acquire) != pieces) {
        cpu_relax();
        if (++looks % SPIN != 0)
            continue;
        uint64_t from = atomic_load_explicit(&s->from, memory_order_relaxed);
        int err = attach_read(pid, &byte, from, 1);
        if (err == ESRCH)
            return err;
        sched_yield();
    }
    return 0;
}

int share_read(struct share *s, int pid, bool *has_helped)
{
    const uint32_t pieces = atomic_load_explicit(&s->pieces,
                                                 memory_order_relaxed);
    uint32_t mine = 0;
    int err = 0;
    for (struct piece p; take(s, &p); mine++) {
        int one = attach_read(pid, (void *)(uintptr_t)p.to, p.from, p.bytes);
        if (one)
            err = one;
    }
    int lost = wait_for_helper(s, pid, pieces - mine);
    *has_helped = atomic_load_explicit(&s->failed, memory_order_relaxed) == 0;
    return lost ? lost : err;
}

void share_help(struct share *s, int pid)
{
    for (struct piece p; take(s, &p);) {
        if (attach_write(pid, p.to, (const void *)(uintptr_t)p.from,
                         p.bytes) != 0)
            atomic_fetch_add_explicit(&s->failed, 1, memory_order_relaxed);
        /* Release: the piece is there, or `failed` says that it is not. */
        atomic_fetch_add_explicit(&s->done, 1, memory_order_release);
    }
}
