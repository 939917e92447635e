/* SPDX-License-Identifier: BSD-3-Clause */
/* mpirun's stdin, on its way to rank 0. */
#ifndef LAUNCHER_INPUT_H
#define LAUNCHER_INPUT_H

#include "launcher/channel.h"

struct input {
    struct loop *loop;
    struct channel *channel; /* to the host of rank 0; NULL: not started */
    struct watch watch;
    struct timer retry;      /* in the background of a terminal */
    long credit;
    bool has_ended;
};

/* Start to read stdin and send it over channel. */
void input_start(struct input *in, struct loop *l, struct channel *c);
void input_stop(struct input *in);

/* FRAME_STDIN_TAKEN. */
void input_add_credit(struct input *in, size_t bytes);

#endif
