/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames are cut out of the received bytes in place and the consumed part is
 * dropped once per read. `unsent` is compacted only when it has been sent
 * whole or grew past COMPACT_BYTES, so a long backlog is not moved each time.
 */
#define LOG_MODULE "channel"
#include "launcher/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/log.h"

enum { READ_BYTES = 64 * 1024, COMPACT_BYTES = 1 << 20,
       GREETING_LIMIT = 1 << 20 };

bool channel_next_frame(const struct strbuf *received, size_t *offset,
                        uint32_t *type, struct wire_reader *body,
                        bool *is_garbage)
{
    struct frame_header header;
    size_t available = received->bytes - *offset;
    if (available < sizeof header)
        return false;
    memcpy(&header, received->text + *offset, sizeof header);
    if (header.type > FRAME_LAST || header.body_bytes > WIRE_FRAME_LIMIT) {
        *is_garbage = true;
        return false;
    }
    if (available - sizeof header < header.body_bytes)
        return false;
    const char *at = received->text + *offset + sizeof header;
    *type = header.type;
    *body = (struct wire_reader){ .at = at, .end = at + header.body_bytes };
    *offset += sizeof header + header.body_bytes;
    return true;
}

void channel_close(struct channel *c)
{
    if (!c->is_open)
        return;
    c->is_open = false;
    loop_watch(c->loop, &c->in, 0);
    loop_watch(c->loop, &c->out, 0);
    close(c->in.fd);
    close(c->out.fd);
    strbuf_fini(&c->received);
    strbuf_fini(&c->unsent);
}

static void fail(struct channel *c, const char *why)
{
    channel_close(c);
    c->on_closed(c, why);
}

/* Drop everything up to and with the magic; false when it has not come. */
static bool find_magic(struct channel *c)
{
    char *at = memmem(c->received.text, c->received.bytes, wire_magic,
                      WIRE_MAGIC_BYTES);
    if (!at)
        return false;
    strbuf_drop(&c->received,
                (size_t)(at - c->received.text) + WIRE_MAGIC_BYTES);
    c->must_find_magic = false;
    return true;
}

static void deliver(struct channel *c)
{
    if (c->must_find_magic && !find_magic(c)) {
        if (c->received.bytes > GREETING_LIMIT)
            fail(c, "something else than an agent answers");
        return;
    }
    size_t offset = 0;
    uint32_t type = 0;
    struct wire_reader body;
    bool is_garbage = false;
    while (channel_next_frame(&c->received, &offset, &type, &body,
                              &is_garbage)) {
        c->on_frame(c, type, &body);
        if (!c->is_open)
            return;
    }
    strbuf_drop(&c->received, offset);
    if (is_garbage)
        fail(c, "the link carries something else than frames");
}

static void in_ready(struct watch *w, uint32_t events)
{
    struct channel *c = CONTAINER_OF(w, struct channel, in);
    char buffer[READ_BYTES];
    ssize_t count = read(w->fd, buffer, sizeof buffer);
    if (count > 0) {
        strbuf_add(&c->received, buffer, (size_t)count);
        if (c->received.is_truncated)
            fail(c, "out of memory");
        else
            deliver(c);
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        fail(c, NULL);
    }
}

/* Write what the pipe takes. A broken pipe is left to the reading side, which
 * still has the peer's last frames. */
static void flush(struct channel *c)
{
    while (c->sent_bytes < c->unsent.bytes) {
        ssize_t count = write(c->out.fd, c->unsent.text + c->sent_bytes,
                              c->unsent.bytes - c->sent_bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            break;
        if (count < 0) {
            c->sent_bytes = c->unsent.bytes;
            break;
        }
        c->sent_bytes += (size_t)count;
    }
    if (c->sent_bytes == c->unsent.bytes) {
        strbuf_clear(&c->unsent);
        c->sent_bytes = 0;
    } else if (c->sent_bytes > COMPACT_BYTES) {
        strbuf_drop(&c->unsent, c->sent_bytes);
        c->sent_bytes = 0;
    }
    loop_watch(c->loop, &c->out, c->unsent.bytes > 0 ? EPOLLOUT : 0);
}

static void out_ready(struct watch *w, uint32_t events)
{
    flush(CONTAINER_OF(w, struct channel, out));
}

static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

void channel_open(struct channel *c, struct loop *l, int in_fd, int out_fd)
{
    c->loop = l;
    c->is_open = true;
    c->sent_bytes = 0;
    strbuf_init(&c->received);
    strbuf_init(&c->unsent);
    set_nonblocking(in_fd);
    set_nonblocking(out_fd);
    watch_init(&c->in, in_fd, in_ready);
    watch_init(&c->out, out_fd, out_ready);
    loop_watch(l, &c->in, EPOLLIN);
}

void channel_send(struct channel *c, enum frame_type type,
                  const struct strbuf *body)
{
    if (!c->is_open)
        return;
    struct frame_header header = { .type = type,
                                   .body_bytes = (uint32_t)(body ? body->bytes
                                                                 : 0) };
    strbuf_add(&c->unsent, &header, sizeof header);
    if (body)
        strbuf_add(&c->unsent, body->text, body->bytes);
    flush(c);
}

void channel_send_magic(struct channel *c)
{
    strbuf_add(&c->unsent, wire_magic, WIRE_MAGIC_BYTES);
    flush(c);
}

size_t channel_unsent_bytes(const struct channel *c)
{
    return c->unsent.bytes - c->sent_bytes;
}
