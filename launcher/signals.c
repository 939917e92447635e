/* SPDX-License-Identifier: BSD-3-Clause */
/* A signalfd in the loop. */
#define LOG_MODULE "signals"
#include "launcher/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/log.h"

static void ready(struct watch *w, uint32_t events)
{
    struct signals *s = CONTAINER_OF(w, struct signals, watch);
    struct signalfd_siginfo info;
    while (read(w->fd, &info, sizeof info) == (ssize_t)sizeof info)
        s->on_signal(s, (int)info.ssi_signo);
}

int signals_open(struct signals *s, struct loop *l, const int *numbers,
                 int count)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++)
        sigaddset(&set, numbers[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) {
        log_error("signalfd: %m");
        return MPI_ERR_OTHER;
    }
    s->loop = l;
    watch_init(&s->watch, fd, ready);
    loop_watch(l, &s->watch, EPOLLIN);
    return MPI_SUCCESS;
}

void signals_close(struct signals *s)
{
    loop_watch(s->loop, &s->watch, 0);
    close(s->watch.fd);
}
