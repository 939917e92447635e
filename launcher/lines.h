/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cutting a rank's output into whole lines, so that lines of several ranks do
 * not mix, and beginning each with a tag on request.
 */
#ifndef LAUNCHER_LINES_H
#define LAUNCHER_LINES_H

#include <stdbool.h>

#include "runtime/base/strbuf.h"

/* A line that grows longer than this is passed on in pieces. */
enum { LINE_LIMIT = 16 * 1024 };

/* How many bytes from the start of `text` may be passed on: up to and with
 * the last newline, or all when the line there grew past LINE_LIMIT. */
size_t lines_whole_bytes(const struct strbuf *text);

/* Append data to out with tag before each line. *at_start says whether data
 * begins a line, and is set for the next call. */
void lines_tag(struct strbuf *out, const char *tag, const char *data,
               size_t bytes, bool *at_start);

#endif
