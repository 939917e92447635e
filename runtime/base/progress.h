/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Progress: the list of poll functions, and how a rank waits.
 *
 * One list per rank. Each function looks for work without blocking and returns
 * how many events it handled. A waiting rank polls; after `spin` idle rounds
 * it looks for rare news and yields its core. Caller holds the library lock.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>

#include "runtime/base/platform.h"

enum { PROGRESS_MAX = 8 };

struct progress {
    struct {
        int (*poll)(void *arg);
        void *arg;
    } entry[PROGRESS_MAX];
    unsigned count;
    unsigned spin; /* idle polls before each yield */
    unsigned idle; /* idle polls so far */
    unsigned failures; /* operations that ended in an error so far */
    void (*news)(void *arg); /* looks for what no poll brings; NULL: nothing */
    void *news_arg;
};

/* spin as the setting of that name, already resolved to a number. */
void progress_init(struct progress *p, unsigned spin);

/* Add a poll function; there is room for PROGRESS_MAX. */
void progress_add(struct progress *p, int (*poll)(void *arg), void *arg);

/* Remove what progress_add added; harmless when it is not there. */
void progress_remove(struct progress *p, int (*poll)(void *arg), void *arg);

/* One idle round of a waiting rank has passed: relax, or yield the core. */
void progress_idle(struct progress *p);

/* Run every poll function once; returns the number of events handled. */
static inline int progress_poll(struct progress *p)
{
    int events = 0;
    for (unsigned i = 0; i < p->count; i++)
        events += p->entry[i].poll(p->entry[i].arg);
    return events;
}

/* One round of a loop that waits: poll, and give way when nothing happened.
 * For calls that a user puts into a loop, too (MPI_Test). */
static inline void progress_round(struct progress *p)
{
    if (progress_poll(p) == 0)
        progress_idle(p);
    else
        p->idle = 0;
}

/* Poll until *flag is not zero; *flag is set by something polled. */
static inline void progress_wait(struct progress *p, const int *flag)
{
    while (!*(const volatile int *)flag)
        progress_round(p);
}

/* As progress_wait, but also return when p->failures is no longer `seen`: who
 * waits for one of several operations must then look at the others. */
static inline void progress_wait_or_failure(struct progress *p, const int *flag,
                                            unsigned seen)
{
    while (!*(const volatile int *)flag && p->failures == seen)
        progress_round(p);
}

#endif
