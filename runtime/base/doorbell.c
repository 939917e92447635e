/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The system calls behind a doorbell: a futex in shared memory, and the
 * barrier on all cores.
 */
#include "runtime/base/doorbell.h"

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static bool membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

bool doorbell_register(void)
{
    return membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED);
}

bool doorbell_arm(struct doorbell *bell)
{
    atomic_store_explicit(&bell->is_asleep, 1, memory_order_seq_cst);
    if (membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED))
        return true;
    doorbell_disarm(bell);
    return false;
}

void doorbell_sleep(struct doorbell *bell, uint64_t nsec)
{
    const struct timespec limit = { .tv_sec = (time_t)(nsec / 1000000000u),
                                    .tv_nsec = (long)(nsec % 1000000000u) };
    /* Any reason to return is a reason to look again. */
    syscall(SYS_futex, &bell->is_asleep, FUTEX_WAIT, 1, &limit, NULL, 0);
    doorbell_disarm(bell);
}

/* Of several wakers one makes the system call. */
void doorbell_wake(struct doorbell *bell)
{
    if (atomic_exchange_explicit(&bell->is_asleep, 0, memory_order_relaxed))
        syscall(SYS_futex, &bell->is_asleep, FUTEX_WAKE, 1, NULL, NULL, 0);
}
