/* SPDX-License-Identifier: BSD-3-Clause */
/* Signals as events of the loop. */
#ifndef LAUNCHER_SIGNALS_H
#define LAUNCHER_SIGNALS_H

#include "launcher/loop.h"

struct signals {
    struct loop *loop;
    struct watch watch; /* a signalfd */
    void (*on_signal)(struct signals *s, int number);
};

/*
 * Block `count` signals in this thread, and in those it starts later, and
 * have them delivered to on_signal. SIGPIPE is ignored: a broken pipe is an
 * error of write.
 * Errors   MPI_ERR_OTHER
 */
int signals_open(struct signals *s, struct loop *l, const int *numbers,
                 int count);
void signals_close(struct signals *s);

#endif
