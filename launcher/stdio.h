/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent's side of standard input and output: pipes of the ranks here,
 * frames to mpirun.
 *
 * Output is read only while there is credit (wire.h), so a slow reader of
 * mpirun's output stops the ranks that write and takes no memory.
 */
#ifndef LAUNCHER_STDIO_H
#define LAUNCHER_STDIO_H

#include "launcher/channel.h"

struct stdio;

/* One of stdout (1) and stderr (2) of one rank. */
struct stream {
    struct stdio *owner;
    struct list node;     /* in stdio.streams while open */
    struct watch watch;
    struct strbuf text;   /* read, not yet passed on */
    int rank;
    int number;
};

struct stdio {
    struct loop *loop;
    struct channel *channel;
    struct list streams;    /* those not at their end */
    long credit;
    struct timer flush;     /* passes on unfinished lines, such as prompts */

    struct watch in;        /* stdin of rank 0, when it is here */
    struct strbuf in_text;  /* for it, not yet written */
    bool in_is_ending;      /* close it once in_text is written */
    bool in_is_open;

    void (*on_streams_end)(struct stdio *s); /* the last stream has ended */
};

void stdio_init(struct stdio *s, struct loop *l, struct channel *c);
void stdio_fini(struct stdio *s);

/* Serve the reading end of a rank's pipe from now on; takes over fd. */
void stdio_add_stream(struct stdio *s, struct stream *stream, int fd);

/* Serve the writing end of rank 0's stdin. */
void stdio_set_stdin(struct stdio *s, int fd);

/* FRAME_STDIN: bytes for rank 0; none is the end of the file. */
void stdio_put_stdin(struct stdio *s, const char *data, size_t bytes);

/* FRAME_OUTPUT_TAKEN. */
void stdio_add_credit(struct stdio *s, size_t bytes);

/* Pass on what a rank that has just ended left in a pipe, as far as credit
 * allows. */
void stdio_drain(struct stream *stream);

#endif
