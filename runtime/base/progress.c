/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The slow side of progress: the list, and giving the core away. Entries keep
 * the order in which they were added.
 */
#include "runtime/base/progress.h"

#include <assert.h>
#include <sched.h>

#include "runtime/base/clock.h"

/* One that is removed on the way makes its successor wait for the next poll. */
static int poll_entries(void *progress)
{
    struct progress *p = progress;
    int events = 0;
    for (unsigned i = 0; i < p->count; i++)
        events += p->entry[i].poll(p->entry[i].arg);
    return events;
}

static void choose(struct progress *p)
{
    p->all = p->count == 1 ? p->entry[0]
                           : (struct poll_entry){ poll_entries, p };
}

void progress_init(struct progress *p, unsigned spin)
{
    *p = (struct progress){ .spin = spin, .spins_left = spin };
    choose(p);
    list_init(&p->sleepers);
    list_init(&p->awaits);
}

void progress_add(struct progress *p, int (*poll)(void *arg), void *arg)
{
    assert(p->count < PROGRESS_MAX);
    p->entry[p->count++] = (struct poll_entry){ poll, arg };
    choose(p);
}

bool progress_remove(struct progress *p, int (*poll)(void *arg), void *arg)
{
    unsigned kept = 0, count = p->count;
    for (unsigned i = 0; i < count; i++)
        if (p->entry[i].poll != poll || p->entry[i].arg != arg)
            p->entry[kept++] = p->entry[i];
    p->count = kept;
    choose(p);
    return kept < count;
}

static int poll_awaits(void *progress)
{
    struct progress *p = progress;
    int events = 0;
    LIST_FOR_EACH(node, &p->awaits) {
        struct progress_await *a =
            CONTAINER_OF(node, struct progress_await, link);
        if (!a->is_over && a->has_come(a)) {
            a->is_over = 1;
            events++;
        }
    }
    return events;
}

void progress_await_add(struct progress *p, struct progress_await *a)
{
    if (list_is_empty(&p->awaits))
        progress_add(p, poll_awaits, p);
    list_append(&p->awaits, &a->link);
}

void progress_await_remove(struct progress *p, struct progress_await *a)
{
    list_remove(&a->link);
    if (list_is_empty(&p->awaits))
        progress_remove(p, poll_awaits, p);
}

void progress_allow_sleep(struct progress *p, struct doorbell *bell,
                          uint64_t yield_nsec)
{
    p->bell = bell;
    p->yield_nsec = yield_nsec;
}

bool progress_has_news(struct progress *p)
{
    return p->news && p->news(p->news_arg) > 0;
}

void progress_yield(struct progress *p)
{
    p->spins_left = p->spin;
    if (!progress_has_news(p))
        sched_yield();
}

uint64_t progress_nap_nsec(const struct progress *p, uint64_t waited)
{
    enum { SHARE = 32, LONGEST_SEC = 1 };
    const uint64_t longest = LONGEST_SEC * 1000000000ull;
    return p->silent_sources && waited / SHARE < longest ? waited / SHARE
                                                         : longest;
}

/* What comes between the last poll and doorbell_arm would ring no bell. */
static void doze(struct progress *p, uint64_t waited)
{
    if (!doorbell_arm(p->bell)) {
        p->bell = NULL;
        return;
    }
    p->is_dozing = true;
    int events = progress_poll(p);
    p->is_dozing = false;
    if (events == 0 && !progress_has_news(p)) {
        doorbell_sleep(p->bell, progress_nap_nsec(p, waited));
    } else {
        doorbell_disarm(p->bell);
        progress_came(p);
    }
}

/* Every further idle round comes here too. */
void progress_idle_waiting(struct progress *p, const int *flag)
{
    p->spins_left = 1;
    if (p->lock) {
        progress_idle_shared(p, flag);
        return;
    }
    if (progress_has_news(p))
        return;
    if (!p->bell) {
        sched_yield();
        return;
    }
    uint64_t now = clock_nsec();
    if (p->waiting_since == 0)
        p->waiting_since = now;
    uint64_t waited = now - p->waiting_since;
    if (waited < p->yield_nsec)
        sched_yield();
    else
        doze(p, waited);
}
