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
 * no longer than a 32nd of the time waited so far, so that it adds a 32nd to
 * the wait at most. A rank that only tests never sleeps.
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

struct poll_entry {
    int (*poll)(void *arg);
    void *arg;
};

struct progress {
    struct poll_entry all; /* calls every entry; where there is one, that */
    unsigned spin; /* idle polls before each yield */
    unsigned spins_left; /* until the next */
    struct poll_entry entry[PROGRESS_MAX];
    unsigned count;
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

/* Add a poll function; there is room for PROGRESS_MAX. Poll functions may add
 * and remove some, themselves too. */
void progress_add(struct progress *p, int (*poll)(void *arg), void *arg);

/* Remove what progress_add added; was it there? */
bool progress_remove(struct progress *p, int (*poll)(void *arg), void *arg);

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

/* Nothing has come for long enough: look for rare news, or yield the core. */
void progress_yield(struct progress *p) COLD;

/* Something has come. */
static inline void progress_came(struct progress *p)
{
    p->spins_left = p->spin;
    p->waiting_since = 0;
}

/* One idle round of a rank that waits for *flag (NULL: for something else) has
 * passed: yield, or sleep. */
void progress_idle_waiting(struct progress *p, const int *flag) COLD;

/* The same where threads share the rank; may stay until *flag is set. */
void progress_idle_shared(struct progress *p, const int *flag);

/* Has a rank died, or the like? */
bool progress_has_news(struct progress *p);

/* How long a sleep may last after so long a wait. */
uint64_t progress_nap_nsec(const struct progress *p, uint64_t waited);

/* Run every poll function once; returns the number of events handled. */
static inline int progress_poll(struct progress *p)
{
    return p->all.poll(p->all.arg);
}

/* One round of a loop of the user's, such as one over MPI_Test. */
static inline void progress_round(struct progress *p)
{
    if (UNLIKELY(--p->spins_left == 0))
        progress_yield(p);
    if (UNLIKELY(progress_poll(p) != 0))
        progress_came(p);
}

/*
 * The same for a loop whose rounds are counted in instructions: true when that
 * was all. If not, call progress_was_not_idle and make another round: something
 * has come, or it is time to yield.
 */
static inline bool progress_is_idle(struct progress *p)
{
    return LIKELY(--p->spins_left > 0) && LIKELY(progress_poll(p) == 0);
}

static inline void progress_was_not_idle(struct progress *p)
{
    p->spins_left = p->spins_left > 0 ? p->spin : 1;
}

/* One round of a loop that waits for *flag. */
static inline void progress_round_for(struct progress *p, const int *flag)
{
    if (progress_poll(p) != 0) {
        progress_came(p);
    } else if (LIKELY(--p->spins_left > 0)) {
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
