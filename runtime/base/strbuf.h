/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A growing byte string for messages, reports and wire records.
 *
 * `text` is always terminated, so it can be printed at any time. A strbuf that
 * cannot grow keeps what it has and sets `is_truncated`; no call fails.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/base/platform.h"

struct strbuf {
    char *text;
    size_t bytes;    /* used, without the terminator */
    size_t capacity;
    bool is_truncated;
};

/* Start empty; allocates nothing. */
void strbuf_init(struct strbuf *s);

/* Free the memory and start empty again. */
void strbuf_fini(struct strbuf *s);

/* Forget the contents, keep the memory. */
void strbuf_clear(struct strbuf *s);

void strbuf_add(struct strbuf *s, const void *data, size_t bytes);
void strbuf_puts(struct strbuf *s, const char *text);
void strbuf_printf(struct strbuf *s, const char *format, ...) PRINTF_LIKE(2, 3);
void strbuf_vprintf(struct strbuf *s, const char *format, va_list args);

/* Drop the first `bytes` bytes (a consumed record). */
void strbuf_drop(struct strbuf *s, size_t bytes);

#endif
