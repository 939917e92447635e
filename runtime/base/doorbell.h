/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a rank that sleeps is woken by another of its node, and why no wake-up
 * is lost.
 *
 *   sleeper                            waker
 *   1 is_asleep = 1                    1 write the packet
 *   2 barrier on all cores             2 (nothing: order kept by 2 there)
 *   3 poll; found something: awake     3 is_asleep? set it 0 and wake
 *   4 sleep while is_asleep is 1
 *
 * Of two processes that each write one word and then read the other's, both
 * may read the old value unless a full barrier stands between (store and load
 * may change places, on x86 too). Such a barrier would cost every sender what
 * only a sleeper needs. So the sleeper has it done for all: membarrier(2)
 * makes every core that runs a registered process pass a full barrier, and one
 * that runs none has passed it when it was switched out. Every write of a
 * waker is therefore either before 2, and poll 3 finds it; or its read of
 * is_asleep is after 2, sees 1 and wakes. The kernel compares is_asleep again
 * under its own lock before it sleeps.
 *
 * All ranks of a node must have registered; node_segment.h counts them.
 */
#ifndef BASE_DOORBELL_H
#define BASE_DOORBELL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/platform.h"

/* In memory that the ranks of a node share; a cache line of its own. */
struct doorbell {
    _Alignas(CACHE_LINE) _Atomic uint32_t is_asleep;
    unsigned char unused[CACHE_LINE - sizeof(uint32_t)];
};

/* Let this process be reached by the sleepers' barriers; false when the kernel
 * refuses, and then no rank of the node may sleep. */
bool doorbell_register(void);

/* Owner: step 1 and 2. False, and nothing happened, when it cannot be done. */
bool doorbell_arm(struct doorbell *bell);

/* Owner: step 4, for at most that long. Returns awake in any case. */
void doorbell_sleep(struct doorbell *bell, uint64_t nsec);

/* Owner: awake after all, instead of doorbell_sleep. */
static inline void doorbell_disarm(struct doorbell *bell)
{
    atomic_store_explicit(&bell->is_asleep, 0, memory_order_relaxed);
}

/* Wake the owner, who is or was asleep. */
void doorbell_wake(struct doorbell *bell) COLD;

/* Must the owner be woken? Asked after a write. The fence keeps the compiler
 * from changing the order; the core is kept by the sleeper. */
static ALWAYS_INLINE bool doorbell_is_armed(const struct doorbell *bell)
{
    atomic_signal_fence(memory_order_seq_cst);
    return UNLIKELY(atomic_load_explicit(&bell->is_asleep,
                                         memory_order_relaxed) != 0);
}

/* Step 3 of a waker, after its write. */
static ALWAYS_INLINE void doorbell_ring(struct doorbell *bell)
{
    if (doorbell_is_armed(bell))
        doorbell_wake(bell);
}

#endif
