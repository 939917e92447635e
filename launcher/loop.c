/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One epoll set, one sorted list of timers. A watch that is removed while a
 * batch of events is being served is struck from the batch, so a callback may
 * free whatever it likes.
 */
#define LOG_MODULE "loop"
#include "launcher/loop.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"

int loop_init(struct loop *l)
{
    *l = (struct loop){ .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
    list_init(&l->timers);
    list_init(&l->plain);
    if (l->epoll_fd < 0) {
        log_error("epoll_create1: %m");
        return MPI_ERR_OTHER;
    }
    return MPI_SUCCESS;
}

void loop_fini(struct loop *l)
{
    close(l->epoll_fd);
}

void watch_init(struct watch *w, int fd,
                void (*ready)(struct watch *w, uint32_t events))
{
    *w = (struct watch){ .fd = fd, .ready = ready };
    list_init(&w->node);
}

static void strike_from_batch(struct loop *l, const struct watch *w)
{
    for (int i = 0; i < l->batch_count; i++)
        if (l->batch[i].data.ptr == w)
            l->batch[i].data.ptr = NULL;
}

void loop_watch(struct loop *l, struct watch *w, uint32_t events)
{
    if (events == w->events)
        return;
    uint32_t before = w->events;
    w->events = events;
    if (events == 0)
        strike_from_batch(l, w);
    if (w->is_plain) {
        list_remove(&w->node);
        if (events)
            list_append(&l->plain, &w->node);
        return;
    }
    int op = before == 0   ? EPOLL_CTL_ADD
             : events == 0 ? EPOLL_CTL_DEL
                           : EPOLL_CTL_MOD;
    struct epoll_event event = { .events = events, .data.ptr = w };
    if (epoll_ctl(l->epoll_fd, op, w->fd, &event) == 0)
        return;
    if (errno == EPERM) {
        w->is_plain = true;
        list_append(&l->plain, &w->node);
        return;
    }
    log_error("epoll_ctl on descriptor %d: %m", w->fd);
}

void timer_init(struct timer *t, void (*fire)(struct timer *t))
{
    *t = (struct timer){ .fire = fire };
    list_init(&t->node);
}

bool timer_is_running(const struct timer *t)
{
    return !list_is_empty(&t->node);
}

void loop_start_timer(struct loop *l, struct timer *t, int msec)
{
    list_remove(&t->node);
    t->at_nsec = clock_nsec() + (uint64_t)msec * 1000000u;
    struct list *at = l->timers.next;
    while (at != &l->timers &&
           CONTAINER_OF(at, struct timer, node)->at_nsec <= t->at_nsec)
        at = at->next;
    list_insert_before(at, &t->node);
}

void loop_stop_timer(struct timer *t)
{
    list_remove(&t->node);
}

/* Milliseconds until the next timer, rounded up; -1 when there is none. */
static int wait_msec(const struct loop *l)
{
    if (!list_is_empty(&l->plain))
        return 0;
    struct list *first = list_first(&l->timers);
    if (!first)
        return -1;
    uint64_t at = CONTAINER_OF(first, struct timer, node)->at_nsec;
    uint64_t now = clock_nsec();
    return at <= now ? 0 : (int)((at - now + 999999u) / 1000000u);
}

static void fire_timers(struct loop *l)
{
    uint64_t now = clock_nsec();
    while (!l->is_stopped && !list_is_empty(&l->timers)) {
        struct timer *t = CONTAINER_OF(l->timers.next, struct timer, node);
        if (t->at_nsec > now)
            return;
        list_remove(&t->node);
        t->fire(t);
    }
}

static void serve_batch(struct loop *l)
{
    for (int i = 0; i < l->batch_count && !l->is_stopped; i++) {
        struct watch *w = l->batch[i].data.ptr;
        if (w)
            w->ready(w, l->batch[i].events);
    }
    l->batch_count = 0;
}

/* Each plain watch once; a callback may change the list, so take them off
 * one by one and put them back behind. */
static void serve_plain(struct loop *l)
{
    struct list todo = LIST_INIT(todo);
    while (!list_is_empty(&l->plain)) {
        struct list *node = l->plain.next;
        list_remove(node);
        list_append(&todo, node);
    }
    while (!list_is_empty(&todo)) {
        struct list *node = todo.next;
        struct watch *w = CONTAINER_OF(node, struct watch, node);
        list_remove(node);
        list_append(&l->plain, node);
        if (!l->is_stopped)
            w->ready(w, w->events);
    }
}

void loop_run(struct loop *l)
{
    while (!l->is_stopped) {
        int count = epoll_wait(l->epoll_fd, l->batch, LOOP_BATCH, wait_msec(l));
        l->batch_count = count > 0 ? count : 0;
        serve_batch(l);
        serve_plain(l);
        fire_timers(l);
    }
}

void loop_stop(struct loop *l)
{
    l->is_stopped = true;
}
