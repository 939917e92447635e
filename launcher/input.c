/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stdin is read only while rank 0's pipe takes it (credit). In the background
 * of a terminal nothing is read (that would stop mpirun): look again later,
 * the user may bring it to the foreground.
 */
#include "launcher/input.h"

#include <errno.h>
#include <unistd.h>

enum { READ_BYTES = 16 * 1024, RETRY_MSEC = 500 };

static bool is_in_background(void)
{
    pid_t foreground = tcgetpgrp(STDIN_FILENO);
    return foreground >= 0 && foreground != getpgrp();
}

static void send(struct input *in, const char *data, size_t bytes)
{
    struct strbuf body;
    strbuf_init(&body);
    wire_put_bytes(&body, data, bytes);
    channel_send(in->channel, FRAME_STDIN, &body);
    strbuf_fini(&body);
    in->credit -= (long)bytes;
}

static void wait_for_foreground(struct input *in)
{
    loop_watch(in->loop, &in->watch, 0);
    loop_start_timer(in->loop, &in->retry, RETRY_MSEC);
}

static void stdin_ready(struct watch *w, uint32_t events)
{
    struct input *in = CONTAINER_OF(w, struct input, watch);
    char buffer[READ_BYTES];
    if (is_in_background()) {
        wait_for_foreground(in);
        return;
    }
    size_t room = in->credit < READ_BYTES ? (size_t)in->credit : READ_BYTES;
    ssize_t count = read(w->fd, buffer, room);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count <= 0) {
        in->has_ended = true;
        loop_watch(in->loop, w, 0);
        send(in, "", 0);
        return;
    }
    send(in, buffer, (size_t)count);
    if (in->credit <= 0)
        loop_watch(in->loop, w, 0);
}

static void retry(struct timer *t)
{
    struct input *in = CONTAINER_OF(t, struct input, retry);
    if (is_in_background())
        loop_start_timer(in->loop, t, RETRY_MSEC);
    else if (in->credit > 0)
        loop_watch(in->loop, &in->watch, EPOLLIN);
}

void input_start(struct input *in, struct loop *l, struct channel *c)
{
    in->loop = l;
    in->channel = c;
    in->credit = WIRE_WINDOW;
    watch_init(&in->watch, STDIN_FILENO, stdin_ready);
    timer_init(&in->retry, retry);
    retry(&in->retry);
}

void input_stop(struct input *in)
{
    if (!in->channel)
        return;
    loop_watch(in->loop, &in->watch, 0);
    loop_stop_timer(&in->retry);
    in->channel = NULL;
}

void input_add_credit(struct input *in, size_t bytes)
{
    in->credit += (long)bytes;
    if (in->channel && !in->has_ended && in->credit > 0 &&
        !timer_is_running(&in->retry))
        loop_watch(in->loop, &in->watch, EPOLLIN);
}
