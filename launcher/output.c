/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stdout and stderr may be shared with other programs, so they are not made
 * nonblocking. Instead at most WRITE_BYTES are written after each readiness
 * event: a pipe that polls writable takes PIPE_BUF bytes without blocking.
 */
#define LOG_MODULE "output"
#include "launcher/output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "launcher/lines.h"
#include "launcher/strings.h"
#include "runtime/base/log.h"

enum { WRITE_BYTES = PIPE_BUF };

static void pay(struct sink *s)
{
    struct output *o = s->owner;
    strbuf_clear(&s->text);
    s->written = 0;
    loop_watch(o->loop, &s->watch, 0);
    for (int h = 0; h < o->host_count; h++)
        if (s->owed[h] > 0) {
            o->on_taken(o, h, s->owed[h]);
            s->owed[h] = 0;
        }
}

static void break_sink(struct sink *s)
{
    bool is_news = !s->is_broken;
    s->is_broken = true;
    pay(s);
    if (is_news)
        s->owner->on_broken(s->owner);
}

static void sink_ready(struct watch *w, uint32_t events)
{
    struct sink *s = CONTAINER_OF(w, struct sink, watch);
    size_t left = s->text.bytes - s->written;
    ssize_t count = write(w->fd, s->text.text + s->written,
                          left < WRITE_BYTES ? left : WRITE_BYTES);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count < 0) {
        break_sink(s);
        return;
    }
    s->written += (size_t)count;
    if (s->written == s->text.bytes)
        pay(s);
}

static void init_sink(struct output *o, struct sink *s, int fd, int ranks)
{
    *s = (struct sink){ .owner = o };
    watch_init(&s->watch, fd, sink_ready);
    strbuf_init(&s->text);
    s->owed = must_alloc((size_t)o->host_count, sizeof *s->owed);
    s->at_start = must_alloc((size_t)ranks, sizeof *s->at_start);
    for (int r = 0; r < ranks; r++)
        s->at_start[r] = true;
}

void output_init(struct output *o, struct loop *l, int host_count,
                 int rank_count)
{
    o->loop = l;
    o->host_count = host_count;
    init_sink(o, &o->out, STDOUT_FILENO, rank_count);
    init_sink(o, &o->err, STDERR_FILENO, rank_count);
}

static void fini_sink(struct sink *s)
{
    loop_watch(s->owner->loop, &s->watch, 0);
    strbuf_fini(&s->text);
    free(s->owed);
    free(s->at_start);
}

void output_fini(struct output *o)
{
    fini_sink(&o->out);
    fini_sink(&o->err);
}

void output_put(struct output *o, const struct chunk *c)
{
    struct sink *s = c->stream == STDERR_FILENO ? &o->err : &o->out;
    if (c->bytes == 0)
        return;
    s->owed[c->host] += c->bytes;
    if (s->is_broken) {
        pay(s);
        return;
    }
    if (o->with_tags) {
        char tag[24];
        snprintf(tag, sizeof tag, "[%d] ", c->rank);
        lines_tag(&s->text, tag, c->data, c->bytes, &s->at_start[c->rank]);
    } else {
        strbuf_add(&s->text, c->data, c->bytes);
    }
    loop_watch(o->loop, &s->watch, EPOLLOUT);
}

bool output_is_empty(const struct output *o)
{
    return o->out.text.bytes == 0 && o->err.text.bytes == 0;
}
