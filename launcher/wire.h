/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What mpirun and its agents say to each other.
 *
 *   agent                                mpirun
 *     | magic, HELLO ---------------------> |   ssh works, versions agree
 *     | <------------------------------ JOB |   when all hosts said hello
 *     | STARTED or START_FAILED ----------> |
 *     | OUTPUT, RANK_ENDED, FENCE ... ----> |   in any order
 *     | <-------- STDIN, SIGNAL, KILL ...   |
 *     | DONE -----------------------------> |   no rank left, output at its end
 *     | <------------------------------ BYE |
 *
 * A frame is a header of two words and a body of words, texts and byte
 * strings. Integers are in the byte order of the host; a host of the other
 * order shows in the version word. Output and stdin are paid for with credit
 * (WIRE_WINDOW), so a slow reader stops the writer and control frames never
 * wait behind data.
 */
#ifndef LAUNCHER_WIRE_H
#define LAUNCHER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/strbuf.h"

enum {
    WIRE_VERSION = 4,
    WIRE_MAGIC_BYTES = 16,
    WIRE_WINDOW = 256 * 1024,        /* unacknowledged bytes, each way */
    WIRE_FRAME_LIMIT = 1024 << 20,   /* a longer frame is garbage */
    WIRE_HEARTBEAT_MSEC = 2000,
    WIRE_LOST_MSEC = 10000           /* silence after which a host is lost */
};

/* What an agent says first. Whatever comes before it (the output of a shell's
 * start-up files) is skipped. */
extern const char wire_magic[WIRE_MAGIC_BYTES];

enum frame_type {
    /* agent to mpirun */
    FRAME_HELLO = 1,    /* u32 version, text release */
    FRAME_HEARTBEAT,    /* empty, every WIRE_HEARTBEAT_MSEC */
    FRAME_STARTED,      /* empty: all ranks of this host run */
    FRAME_START_FAILED, /* u32 rank, u32 exit code, text sentence */
    FRAME_OUTPUT,       /* u32 rank, u32 stream (1 or 2), bytes */
    FRAME_STDIN_TAKEN,  /* u32 bytes: rank 0 has them */
    FRAME_RANK_ENDED,   /* see struct rank_end */
    FRAME_CONNECTED,    /* u32 rank: it called MPI_Init */
    FRAME_ABORTED,      /* u32 rank, u32 code, text sentence */
    FRAME_EXPLAIN,      /* text: lines for the user */
    FRAME_DONE,         /* empty */
    FRAME_COUNTERS,     /* u32 rank, bytes: its counters, before its end */

    /* mpirun to agent */
    FRAME_JOB = 64,     /* job_pack */
    FRAME_STDIN,        /* bytes for rank 0; none: end of file */
    FRAME_OUTPUT_TAKEN, /* u32 bytes: written where they belong */
    FRAME_SIGNAL,       /* u32 signal for all ranks */
    FRAME_KILL,         /* u32 milliseconds between SIGTERM and SIGKILL */
    FRAME_BYE,          /* empty: clean up and go */
    FRAME_DEATH,        /* u32 rank, u32 wait status: the job goes on */

    /* both ways */
    FRAME_FENCE = 128,  /* u32 id, text key, bytes: of one host | of all */
    FRAME_MODEX_ASK,    /* u32 id, u32 asking host, u32 rank */
    FRAME_MODEX_ANSWER, /* u32 id, u32 asking host, u32 status, bytes */
    FRAME_LAST = FRAME_MODEX_ANSWER
};

struct frame_header {
    uint32_t type; /* enum frame_type */
    uint32_t body_bytes;
};

_Static_assert(sizeof(struct frame_header) == 8, "header without padding");

/* Building a body. */
void wire_put_u32(struct strbuf *body, uint32_t value);
void wire_put_bytes(struct strbuf *body, const void *data, size_t bytes);
void wire_put_text(struct strbuf *body, const char *text);

/*
 * Reading one. A body that is too short sets is_bad and reads as zeros and
 * empty texts from there on, so that one check at the end is enough.
 */
struct wire_reader {
    const char *at;
    const char *end;
    bool is_bad;
};

uint32_t wire_get_u32(struct wire_reader *r);

/* Points into the frame. */
const char *wire_get_bytes(struct wire_reader *r, size_t *bytes);

/* Terminated; points into the frame. */
const char *wire_get_text(struct wire_reader *r);

#endif
