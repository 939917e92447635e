/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A mutex with an owner. Threads are named by the address of a thread-local
 * variable. Taking spins for a moment, because most holds are shorter than it
 * takes to fall asleep.
 */
#include "runtime/base/lock.h"

#include <assert.h>
#include <sched.h>

#include "runtime/base/platform.h"

static _Thread_local char this_thread;

bool lock_is_mine(const struct lock *lock)
{
    return atomic_load_explicit(&lock->owner, memory_order_relaxed) ==
           &this_thread;
}

static void take_mutex(struct lock *lock)
{
    enum { TRIES = 64 };
    for (int i = 0; i < TRIES; i++) {
        if (pthread_mutex_trylock(&lock->mutex) == 0)
            return;
        cpu_relax();
    }
    atomic_fetch_add_explicit(&lock->waiting, 1, memory_order_relaxed);
    pthread_mutex_lock(&lock->mutex);
    atomic_fetch_sub_explicit(&lock->waiting, 1, memory_order_relaxed);
}

void lock_resume(struct lock *lock, unsigned depth)
{
    take_mutex(lock);
    atomic_store_explicit(&lock->owner, &this_thread, memory_order_relaxed);
    atomic_fetch_add_explicit(&lock->turns, 1, memory_order_relaxed);
    lock->depth = depth;
}

unsigned lock_pause(struct lock *lock)
{
    const unsigned depth = lock->depth;
    assert(lock_is_mine(lock));
    lock->depth = 0;
    atomic_store_explicit(&lock->owner, NULL, memory_order_relaxed);
    pthread_mutex_unlock(&lock->mutex);
    return depth;
}

void lock_take(struct lock *lock)
{
    if (lock_is_mine(lock))
        lock->depth++;
    else
        lock_resume(lock, 1);
}

void lock_release(struct lock *lock)
{
    if (lock->depth > 1)
        lock->depth--;
    else
        lock_pause(lock);
}

/* Whom the release has woken needs some time to come. */
void lock_let_in(struct lock *lock)
{
    enum { YIELDS = 32 };
    if (lock->depth != 1 ||
        atomic_load_explicit(&lock->waiting, memory_order_relaxed) == 0)
        return;
    const unsigned turns =
        atomic_load_explicit(&lock->turns, memory_order_relaxed);
    lock_pause(lock);
    for (int i = 0; i < YIELDS; i++) {
        sched_yield();
        if (atomic_load_explicit(&lock->turns, memory_order_relaxed) != turns ||
            atomic_load_explicit(&lock->waiting, memory_order_relaxed) == 0)
            break;
    }
    lock_resume(lock, 1);
}
