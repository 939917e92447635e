/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mpirun's stdout and stderr: what the ranks write, in whole lines.
 *
 * Nothing is written that could block, and credit goes back to the hosts when
 * their bytes are out, so memory is bounded by WIRE_WINDOW per host.
 */
#ifndef LAUNCHER_OUTPUT_H
#define LAUNCHER_OUTPUT_H

#include "launcher/loop.h"
#include "runtime/base/strbuf.h"

struct output;

/* stdout or stderr. */
struct sink {
    struct output *owner;
    struct watch watch;
    struct strbuf text;     /* not yet written */
    size_t written;         /* of text */
    bool is_broken;         /* its reader is gone: everything is dropped */
    size_t *owed;           /* per host: bytes in text */
    bool *at_start;         /* per rank: the next byte begins a line */
};

struct output {
    struct loop *loop;
    bool with_tags;
    int host_count;
    struct sink out;
    struct sink err;

    /* `bytes` of a host's output are written: give it credit. */
    void (*on_taken)(struct output *o, int host, size_t bytes);
    /* Nobody reads mpirun's stdout any more. */
    void (*on_broken)(struct output *o);
};

/* on_taken and on_broken are set. */
void output_init(struct output *o, struct loop *l, int host_count,
                 int rank_count);
void output_fini(struct output *o);

struct chunk {
    int host;
    int rank;
    int stream; /* 1 or 2 */
    const char *data;
    size_t bytes;
};

/* Write a rank's output. */
void output_put(struct output *o, const struct chunk *c);

/* Whether everything is written. */
bool output_is_empty(const struct output *o);

#endif
