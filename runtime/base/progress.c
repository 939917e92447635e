/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The slow side of progress: the list, and giving the core away. Entries keep
 * the order in which they were added.
 */
#include "runtime/base/progress.h"

#include <assert.h>
#include <sched.h>

void progress_init(struct progress *p, unsigned spin)
{
    *p = (struct progress){ .spin = spin };
}

void progress_add(struct progress *p, int (*poll)(void *arg), void *arg)
{
    assert(p->count < PROGRESS_MAX);
    p->entry[p->count].poll = poll;
    p->entry[p->count].arg = arg;
    p->count++;
}

void progress_remove(struct progress *p, int (*poll)(void *arg), void *arg)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < p->count; i++)
        if (p->entry[i].poll != poll || p->entry[i].arg != arg)
            p->entry[kept++] = p->entry[i];
    p->count = kept;
}

void progress_idle(struct progress *p)
{
    if (++p->idle < p->spin) {
        cpu_relax();
        return;
    }
    p->idle = 0;
    if (p->news)
        p->news(p->news_arg);
    sched_yield();
}
