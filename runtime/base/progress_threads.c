/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting where several threads share a rank.
 *
 * A waiting thread polls with the lock and lets go of it after each poll. When
 * nothing has come for yield_nsec it sleeps: the first on the rank's doorbell,
 * which other ranks ring, the others each on a bell of their own, which threads
 * of this process ring. What ends the wait of a sleeper is done under the lock
 * by another thread, and that thread looks at the sleepers before it releases
 * the lock. Who wakes with the doorbell passes it on.
 *
 * The lock is held on entry and exit of every function here.
 */
#include "runtime/base/progress.h"

#include <sched.h>

#include "runtime/base/clock.h"
#include "runtime/base/lock.h"

struct sleeper {
    struct list link;
    const int *flag;       /* what it waits for; NULL: any event */
    struct doorbell *bell; /* own, or the rank's */
    struct doorbell own;
};

static int let_others_in(void *progress)
{
    lock_let_in(((struct progress *)progress)->lock);
    return 0;
}

void progress_share(struct progress *p, struct lock *lock)
{
    if (p->lock == lock)
        return;
    if (lock) {
        p->shared_spin = p->spin;
        p->spin = 1; /* idle rounds come to progress_idle_shared */
        p->lock = lock;
        progress_add(p, let_others_in, p);
    } else {
        progress_remove(p, let_others_in, p);
        p->spin = p->shared_spin;
        p->lock = NULL;
    }
    p->spins_left = p->spin;
}

static bool has_ended(const struct progress *p, const struct sleeper *s)
{
    return s->flag ? *s->flag : p->waiting_since == 0;
}

void progress_wake_threads(struct progress *p)
{
    LIST_FOR_EACH(node, &p->sleepers) {
        struct sleeper *s = CONTAINER_OF(node, struct sleeper, link);
        if (has_ended(p, s))
            doorbell_wake(s->bell);
    }
}

static unsigned pause(struct progress *p)
{
    if (UNLIKELY(!list_is_empty(&p->sleepers)))
        progress_wake_threads(p);
    return lock_pause(p->lock);
}

/* Another sleeper must watch the rank's doorbell now. */
static void pass_bell_on(struct progress *p)
{
    struct list *first = list_first(&p->sleepers);
    p->is_bell_taken = false;
    if (first)
        doorbell_wake(CONTAINER_OF(first, struct sleeper, link)->bell);
}

static int look_once_more(struct progress *p)
{
    p->is_dozing = true;
    int events = progress_poll(p);
    p->is_dozing = false;
    if (events > 0)
        progress_came(p);
    return events;
}

/* Sleep on s->bell, which is armed, unless there is a reason not to. */
static void sleep_armed(struct progress *p, struct sleeper *s, uint64_t nsec)
{
    if (look_once_more(p) > 0 || has_ended(p, s) || progress_has_news(p)) {
        doorbell_disarm(s->bell);
        return;
    }
    list_append(&p->sleepers, &s->link);
    unsigned depth = pause(p);
    doorbell_sleep(s->bell, nsec);
    lock_resume(p->lock, depth);
    list_remove(&s->link);
}

static void doze(struct progress *p, const int *flag, uint64_t waited)
{
    enum { SHARE = 8 };
    struct sleeper s = { .flag = flag, .bell = &s.own };
    uint64_t nsec = progress_nap_nsec(p, waited);
    if (p->is_bell_taken) {
        if (nsec > waited / SHARE)
            nsec = waited / SHARE; /* should nobody pass the bell on */
        atomic_init(&s.own.is_asleep, 1);
        sleep_armed(p, &s, nsec);
    } else if (doorbell_arm(p->bell)) {
        p->is_bell_taken = true;
        s.bell = p->bell;
        sleep_armed(p, &s, nsec);
        pass_bell_on(p);
    } else {
        p->bell = NULL;
    }
}

/* Let go of the lock for a moment; yields says whether of the core too. */
static void step_aside(struct progress *p, bool yields)
{
    unsigned depth = pause(p);
    if (yields)
        sched_yield();
    else
        cpu_relax();
    lock_resume(p->lock, depth);
}

/* Without a flag nothing that ends the wait may be missed: one round only. */
static void idle_for_anything(struct progress *p)
{
    uint64_t now = clock_nsec();
    if (p->waiting_since == 0)
        p->waiting_since = now;
    uint64_t waited = now - p->waiting_since;
    if (!p->bell || waited < p->yield_nsec)
        step_aside(p, true);
    else
        doze(p, NULL, waited);
}

static void idle_for_flag(struct progress *p, const int *flag)
{
    const unsigned failures = p->failures;
    uint64_t start = 0;
    unsigned rounds = 0;
    while (!*flag && p->failures == failures) {
        if (++rounds < p->shared_spin) {
            step_aside(p, false);
        } else if (progress_has_news(p)) {
            return;
        } else {
            uint64_t now = clock_nsec();
            if (start == 0)
                start = now;
            if (!p->bell || now - start < p->yield_nsec)
                step_aside(p, true);
            else
                doze(p, flag, now - start);
        }
        if (!*flag && progress_poll(p) > 0)
            progress_came(p);
    }
}

void progress_idle_shared(struct progress *p, const int *flag)
{
    if (flag)
        idle_for_flag(p, flag);
    else if (!progress_has_news(p))
        idle_for_anything(p);
}
