/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Progress: the list of poll functions, and how a rank waits.
 *
 * One list per rank. Each function looks for work without blocking and returns
 * how many events it handled. Caller holds the library lock.
 *
 * A waiting rank polls `spin` times, then yields its core between polls, and
 * when nothing has come for yield_nsec it sleeps until its doorbell rings.
 * Before it yields it looks for rare news (a rank that died). Whoever gives a
 * rank of the node something to find rings its bell afterwards. What
 * cannot ring (a device) is a silent source: while there is one, a sleep lasts
 * no longer than an eighth of the time waited so far, so that it adds an
 * eighth to the wait at most. A rank that only tests never sleeps.
 *
 * When threads share the rank (progress_share), each of them polls in turn, and
 * the lock is free between two polls. Of those that sleep one has the doorbell;
 * a thread that leaves the library wakes those whose wait has ended.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/doorbell.h"
#include "runtime/base/list.h"
#include "runtime/base/platform.h"

struct lock;

enum { PROGRESS_MAX = 8 };

/* Something to come that is no event of a transport: a word, say, that another
 * rank of the node writes and rings the bell for. */
struct progress_await {
    struct list link;
    bool (*has_come)(struct progress_await *a); /* asked until it is true */
    int is_over; /* it has come: to wait for */
};

struct progress {
    struct {
        int (*poll)(void *arg);
        void *arg;
    } entry[PROGRESS_MAX]; /* without any the first does nothing */
    unsigned count;
    unsigned spin; /* idle polls before each yield */
    unsigned idle; /* idle polls so far */
    uint64_t yield_nsec;     /* of yielding before sleep */
    uint64_t waiting_since;  /* 0: has not yielded yet */
    struct doorbell *bell;   /* this rank's; NULL: it must not sleep */
    unsigned silent_sources;
    bool is_dozing; /* a sleep may follow this poll: look everywhere */
    unsigned failures; /* operations that ended in an error so far */
    int (*news)(void *arg); /* looks for what no poll brings, returns how much
                               was new; NULL: nothing */
    void *news_arg;
    struct list awaits;       /* struct progress_await that are not over */
    struct lock *lock;        /* NULL: one thread at a time uses this rank */
    unsigned shared_spin;     /* spin, when threads share the rank */
    struct list sleepers;     /* threads that sleep (progress_threads.c) */
    bool is_bell_taken;       /* one of them has the doorbell */
};

/* spin as the setting of that name, already resolved to a number. */
void progress_init(struct progress *p, unsigned spin);

/* Add a poll function; there is room for PROGRESS_MAX. */
void progress_add(struct progress *p, int (*poll)(void *arg), void *arg);

/* Remove what progress_add added; harmless when it is not there. */
void progress_remove(struct progress *p, int (*poll)(void *arg), void *arg);

/* Ask at each poll whether `a` has come, from now on or no longer. */
void progress_await_add(struct progress *p, struct progress_await *a);
void progress_await_remove(struct progress *p, struct progress_await *a);

/* From now on a rank that waits may sleep, after so long a time of yielding. */
void progress_allow_sleep(struct progress *p, struct doorbell *bell,
                          uint64_t yield_nsec);

/* Something must be polled that cannot ring the doorbell, or no longer. */
static inline void progress_add_silent(struct progress *p)
{
    p->silent_sources++;
}

static inline void progress_remove_silent(struct progress *p)
{
    p->silent_sources--;
}

/*
 * From now on threads share the rank: who waits gives the lock up meanwhile.
 * NULL: no longer. Caller holds the lock, and nobody waits.
 */
void progress_share(struct progress *p, struct lock *lock);

/* Wake the sleeping threads whose wait has ended: before the library lock is
 * released. Caller holds it. */
void progress_wake_threads(struct progress *p) COLD;

/* One idle round has passed: relax, or yield the core. */
void progress_idle(struct progress *p);

/* One idle round of a rank that waits for *flag (NULL: for something else) has
 * passed: yield, or sleep. */
void progress_idle_waiting(struct progress *p, const int *flag) COLD;

/* The same where threads share the rank; may stay until *flag is set. */
void progress_idle_shared(struct progress *p, const int *flag);

/* Has a rank died, or the like? */
bool progress_has_news(struct progress *p);

/* How long a sleep may last after so long a wait. */
uint64_t progress_nap_nsec(const struct progress *p, uint64_t waited);

int progress_poll_all(struct progress *p);

/* Run every poll function once; returns the number of events handled. Mostly
 * there is one, and its call is all. */
static inline int progress_poll(struct progress *p)
{
    if (LIKELY(p->count <= 1))
        return p->entry[0].poll(p->entry[0].arg);
    return progress_poll_all(p);
}

/* One round of a loop of the user's, such as one over MPI_Test. */
static inline void progress_round(struct progress *p)
{
    if (progress_poll(p) != 0)
        p->idle = 0;
    else if (LIKELY(!p->lock) && LIKELY(++p->idle < p->spin))
        cpu_relax();
    else
        progress_idle(p);
}

/* One round of a loop that waits for *flag. */
static inline void progress_round_for(struct progress *p, const int *flag)
{
    if (progress_poll(p) != 0) {
        p->idle = 0;
        p->waiting_since = 0;
    } else if (LIKELY(++p->idle < p->spin)) {
        if (!p->silent_sources) /* a poll of a device takes its time anyway */
            cpu_relax();
    } else {
        progress_idle_waiting(p, flag);
    }
}

/* One round of a loop that waits: poll, and give way when nothing happened. */
static inline void progress_wait_round(struct progress *p)
{
    progress_round_for(p, NULL);
}

/* Poll until *flag is not zero; *flag is set by something polled. */
static inline void progress_wait(struct progress *p, const int *flag)
{
    while (!*(const volatile int *)flag)
        progress_round_for(p, flag);
}

/* As progress_wait, but also return when p->failures is no longer `seen`: who
 * waits for one of several operations must then look at the others. */
static inline void progress_wait_or_failure(struct progress *p, const int *flag,
                                            unsigned seen)
{
    while (!*(const volatile int *)flag && p->failures == seen)
        progress_round_for(p, flag);
}

#endif
