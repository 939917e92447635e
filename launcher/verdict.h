/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a rank ended, and in one sentence why a job did.
 *
 * The first failure is the verdict; what fails after it fails because of it.
 */
#ifndef LAUNCHER_VERDICT_H
#define LAUNCHER_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/wire.h"

/* What mpirun itself ends with when no rank is to blame. */
enum {
    EXIT_TIMEOUT = 124,
    EXIT_LAUNCH = 125,      /* the job could not be started, or lost a host */
    EXIT_CANNOT_RUN = 126,
    EXIT_NOT_FOUND = 127,
    EXIT_SIGNAL = 128       /* plus the number of the signal */
};

struct rank_end {
    int rank;
    int wait_status;     /* of waitpid */
    bool is_connected;   /* it was a PMIx client */
    bool is_finalized;   /* and said goodbye */
    uint32_t state;      /* enum status_state of its page */
    int abort_code;
    const char *phrase;     /* status_describe */
    const char *last_words; /* of the page, or of PMIx_Abort */
};

/* The body of FRAME_RANK_ENDED and FRAME_ABORTED. */
void rank_end_pack(const struct rank_end *e, struct strbuf *body);
/* Texts point into the frame; false when the body is no such record. */
bool rank_end_unpack(struct rank_end *e, struct wire_reader *body);

/* Whether this end ends the job, and with which exit code. */
bool rank_end_is_failure(const struct rank_end *e);
int rank_end_exit_code(const struct rank_end *e);

/* Append "rank 3 on node2 was killed by signal 9 (Killed) in MPI_Recv ...". */
void rank_end_describe(const struct rank_end *e, const char *host,
                       struct strbuf *out);

struct verdict {
    bool is_given;
    int exit_code;
    struct strbuf sentence;
};

/* Keep code and sentence unless there is a verdict already; true if kept. */
bool verdict_give(struct verdict *v, int exit_code, const struct strbuf *text);

/* Append "; the other 3 ranks were stopped" for the ranks that still ran. */
void verdict_add_others(struct strbuf *text, int others);

#endif
