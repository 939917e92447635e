/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The library lock: at most one thread is inside the library at a time.
 *
 * A thread may take it again, since functions of the user's that the library
 * calls may call MPI. A thread that waits for something gives the lock up
 * meanwhile (lock_pause), and one that polls lets others in (lock_let_in):
 * without that the poller, which takes the lock again at once, would keep it
 * from them for ever.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct lock {
    pthread_mutex_t mutex;
    _Atomic(const void *) owner; /* names a thread; NULL: nobody */
    unsigned depth;              /* how often the owner has taken it */
    atomic_uint waiting;         /* threads that sleep until it is free */
    atomic_uint turns;           /* how often it was taken */
};

#define LOCK_INITIALIZER { .mutex = PTHREAD_MUTEX_INITIALIZER }

void lock_take(struct lock *lock);
void lock_release(struct lock *lock);

/* Does the calling thread hold it? */
bool lock_is_mine(const struct lock *lock);

/* Owner: let go of it however often it was taken, and take it as often again;
 * depth is what lock_pause returned. */
unsigned lock_pause(struct lock *lock);
void lock_resume(struct lock *lock, unsigned depth);

/* Owner: let one of those in that wait for it, if any. Does nothing for a
 * thread that has taken it twice, as it may be inside of a poll. */
void lock_let_in(struct lock *lock);

#endif
