/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The event loop of mpirun and of its agents: descriptors and timers on one
 * thread, over epoll.
 *
 * A watch and a timer live in what they serve (CONTAINER_OF brings that back),
 * so nothing is allocated. Both may be removed, also their own, from inside
 * any callback. Descriptors that epoll refuses (plain files) count as always
 * ready.
 */
#ifndef LAUNCHER_LOOP_H
#define LAUNCHER_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "runtime/base/list.h"

struct watch {
    int fd;
    uint32_t events; /* EPOLLIN | EPOLLOUT wanted now; 0: not in the loop */
    void (*ready)(struct watch *w, uint32_t events);
    bool is_plain;    /* epoll refused it */
    struct list node; /* in loop.plain */
};

struct timer {
    struct list node;
    uint64_t at_nsec;
    void (*fire)(struct timer *t);
};

enum { LOOP_BATCH = 64 };

struct loop {
    int epoll_fd;
    bool is_stopped;
    struct list timers; /* soonest first */
    struct list plain;
    struct epoll_event batch[LOOP_BATCH];
    int batch_count;
};

/* Errors   MPI_ERR_OTHER */
int loop_init(struct loop *l);
void loop_fini(struct loop *l);

/* Set fd and callback; the watch is not in the loop yet. */
void watch_init(struct watch *w, int fd,
                void (*ready)(struct watch *w, uint32_t events));

/* Wait for these events from now on; 0 takes the watch out of the loop. */
void loop_watch(struct loop *l, struct watch *w, uint32_t events);

void timer_init(struct timer *t, void (*fire)(struct timer *t));

/* Fire once, `msec` from now; a running timer is set anew. */
void loop_start_timer(struct loop *l, struct timer *t, int msec);
void loop_stop_timer(struct timer *t);
bool timer_is_running(const struct timer *t);

/* Serve events until loop_stop. */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);

#endif
