/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the ranks have counted, printed when the job is over.
 *
 * Agents read the counters from the ranks' status pages when a rank ends, so
 * they are there for ranks that died, too.
 */
#ifndef LAUNCHER_REPORT_H
#define LAUNCHER_REPORT_H

#include <stdbool.h>

#include "launcher/wire.h"
#include "runtime/base/counter.h"

enum report_form { REPORT_NONE, REPORT_JOB, REPORT_RANK, REPORT_JSON };

/* "" or "job", "rank", "json"; false: none of these. */
bool report_parse_form(const char *text, enum report_form *form);

/* The body of FRAME_COUNTERS. */
void report_pack(int rank, const struct counters *c, struct strbuf *body);
/* False when the body is no such record. */
bool report_unpack(int *rank, struct counters *c, struct wire_reader *body);

/* The ranks of a job; ranks that never told count nothing. */
struct report {
    int count;
    struct counters *ranks;
};

/* Append the report: a table, or one line of JSON. */
void report_print(const struct report *r, enum report_form form,
                  struct strbuf *out);

#endif
