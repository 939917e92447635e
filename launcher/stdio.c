/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pipes of the ranks. Credit is taken when bytes are read from a rank and
 * comes back when mpirun has written them; bytes for stdin are acknowledged
 * when rank 0's pipe has taken them.
 */
#define LOG_MODULE "stdio"
#include "launcher/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "launcher/lines.h"
#include "runtime/base/log.h"

enum { READ_BYTES = 32 * 1024, FLUSH_MSEC = 50 };

static void pass_on(struct stream *stream, size_t bytes)
{
    if (bytes == 0)
        return;
    struct strbuf body;
    strbuf_init(&body);
    wire_put_u32(&body, (uint32_t)stream->rank);
    wire_put_u32(&body, (uint32_t)stream->number);
    wire_put_bytes(&body, stream->text.text, bytes);
    channel_send(stream->owner->channel, FRAME_OUTPUT, &body);
    strbuf_fini(&body);
    strbuf_drop(&stream->text, bytes);
}

static void end_stream(struct stream *stream)
{
    struct stdio *s = stream->owner;
    pass_on(stream, stream->text.bytes);
    loop_watch(s->loop, &stream->watch, 0);
    close(stream->watch.fd);
    strbuf_fini(&stream->text);
    list_remove(&stream->node);
    if (list_is_empty(&s->streams))
        s->on_streams_end(s);
}

/* Watch all open streams, or none of them. */
static void watch_streams(struct stdio *s, uint32_t events)
{
    LIST_FOR_EACH (node, &s->streams)
        loop_watch(s->loop, &CONTAINER_OF(node, struct stream, node)->watch,
                   events);
}

/* Read once. False when there is nothing now, no credit, or the end. */
static bool read_some(struct stream *stream)
{
    struct stdio *s = stream->owner;
    char buffer[READ_BYTES];
    if (s->credit <= 0) {
        watch_streams(s, 0);
        return false;
    }
    size_t room = s->credit < READ_BYTES ? (size_t)s->credit : READ_BYTES;
    ssize_t count = read(stream->watch.fd, buffer, room);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (count <= 0) {
        end_stream(stream);
        return false;
    }
    s->credit -= count;
    strbuf_add(&stream->text, buffer, (size_t)count);
    pass_on(stream, lines_whole_bytes(&stream->text));
    if (stream->text.bytes > 0 && !timer_is_running(&s->flush))
        loop_start_timer(s->loop, &s->flush, FLUSH_MSEC);
    return true;
}

static void stream_ready(struct watch *w, uint32_t events)
{
    read_some(CONTAINER_OF(w, struct stream, watch));
}

void stdio_drain(struct stream *stream)
{
    if (list_is_empty(&stream->node))
        return;
    while (read_some(stream))
        ;
    if (!list_is_empty(&stream->node))
        pass_on(stream, stream->text.bytes);
}

static void flush_unfinished(struct timer *t)
{
    struct stdio *s = CONTAINER_OF(t, struct stdio, flush);
    LIST_FOR_EACH (node, &s->streams) {
        struct stream *stream = CONTAINER_OF(node, struct stream, node);
        pass_on(stream, stream->text.bytes);
    }
}

void stdio_add_stream(struct stdio *s, struct stream *stream, int fd)
{
    stream->owner = s;
    strbuf_init(&stream->text);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    watch_init(&stream->watch, fd, stream_ready);
    list_init(&stream->node);
    list_append(&s->streams, &stream->node);
    loop_watch(s->loop, &stream->watch, EPOLLIN);
}

void stdio_add_credit(struct stdio *s, size_t bytes)
{
    s->credit += (long)bytes;
    if (s->credit > 0)
        watch_streams(s, EPOLLIN);
}

static void close_stdin(struct stdio *s)
{
    loop_watch(s->loop, &s->in, 0);
    close(s->in.fd);
    s->in_is_open = false;
}

static void acknowledge_stdin(struct stdio *s, size_t bytes)
{
    struct strbuf body;
    strbuf_init(&body);
    wire_put_u32(&body, (uint32_t)bytes);
    channel_send(s->channel, FRAME_STDIN_TAKEN, &body);
    strbuf_fini(&body);
}

static void write_stdin(struct stdio *s)
{
    ssize_t count = 0;
    if (s->in_text.bytes > 0)
        count = write(s->in.fd, s->in_text.text, s->in_text.bytes);
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
        /* Rank 0 does not want its input: swallow the rest. */
        acknowledge_stdin(s, s->in_text.bytes);
        strbuf_clear(&s->in_text);
        close_stdin(s);
        return;
    }
    if (count > 0) {
        strbuf_drop(&s->in_text, (size_t)count);
        acknowledge_stdin(s, (size_t)count);
    }
    if (s->in_text.bytes == 0 && s->in_is_ending)
        close_stdin(s);
    else
        loop_watch(s->loop, &s->in, s->in_text.bytes > 0 ? EPOLLOUT : 0);
}

static void stdin_ready(struct watch *w, uint32_t events)
{
    write_stdin(CONTAINER_OF(w, struct stdio, in));
}

void stdio_set_stdin(struct stdio *s, int fd)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    watch_init(&s->in, fd, stdin_ready);
    s->in_is_open = true;
    write_stdin(s);
}

void stdio_put_stdin(struct stdio *s, const char *data, size_t bytes)
{
    if (!s->in_is_open) {
        acknowledge_stdin(s, bytes);
        return;
    }
    strbuf_add(&s->in_text, data, bytes);
    if (bytes == 0)
        s->in_is_ending = true;
    write_stdin(s);
}

void stdio_init(struct stdio *s, struct loop *l, struct channel *c)
{
    *s = (struct stdio){ .loop = l, .channel = c, .credit = WIRE_WINDOW };
    list_init(&s->streams);
    strbuf_init(&s->in_text);
    timer_init(&s->flush, flush_unfinished);
}

void stdio_fini(struct stdio *s)
{
    LIST_FOR_EACH (node, &s->streams) {
        struct stream *stream = CONTAINER_OF(node, struct stream, node);
        loop_watch(s->loop, &stream->watch, 0);
        close(stream->watch.fd);
        strbuf_fini(&stream->text);
    }
    if (s->in_is_open)
        close_stdin(s);
    strbuf_fini(&s->in_text);
    loop_stop_timer(&s->flush);
}
