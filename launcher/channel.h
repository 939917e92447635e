/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames over a pair of pipes: mpirun's end or an agent's end of one link.
 *
 * Sending never blocks: what the pipe does not take at once is kept and sent
 * by the loop. The bound on that memory is the credit of wire.h, not here.
 */
#ifndef LAUNCHER_CHANNEL_H
#define LAUNCHER_CHANNEL_H

#include "launcher/loop.h"
#include "launcher/wire.h"

struct channel {
    struct loop *loop;
    struct watch in;
    struct watch out;
    struct strbuf received;
    struct strbuf unsent;
    size_t sent_bytes;      /* of unsent, already written */
    bool must_find_magic;   /* the peer has not said wire_magic yet */
    bool is_open;

    /* A frame came. The callee may close the channel. */
    void (*on_frame)(struct channel *c, uint32_t type,
                     struct wire_reader *body);
    /* The peer is gone or talks nonsense (why says so, else NULL); the channel
     * is closed already. */
    void (*on_closed)(struct channel *c, const char *why);
};

/*
 * Start reading. The channel owns both descriptors. on_frame and on_closed
 * are set by the caller first, as is must_find_magic.
 */
void channel_open(struct channel *c, struct loop *l, int in_fd, int out_fd);

/* Close without calling on_closed; harmless on a closed channel. */
void channel_close(struct channel *c);

/* Send one frame; body may be NULL for an empty one. Dropped when closed. */
void channel_send(struct channel *c, enum frame_type type,
                  const struct strbuf *body);

/* Send wire_magic, before any frame. */
void channel_send_magic(struct channel *c);

/* Bytes accepted but not written yet. */
size_t channel_unsent_bytes(const struct channel *c);

/*
 * Take the first complete frame of `received` from *offset on: advance
 * *offset behind it, fill *type and *body. False when none is complete; what
 * cannot be a frame (unknown type, longer than WIRE_FRAME_LIMIT) sets
 * *is_garbage.
 */
bool channel_next_frame(const struct strbuf *received, size_t *offset,
                        uint32_t *type, struct wire_reader *body,
                        bool *is_garbage);

#endif
