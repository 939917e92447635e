/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Growing byte strings. Capacity doubles, so n bytes added one by one cost
 * O(n) copies. An empty strbuf points at a constant terminator.
 */
#include "runtime/base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[1];

void strbuf_init(struct strbuf *s)
{
    *s = (struct strbuf){ .text = empty };
}

void strbuf_fini(struct strbuf *s)
{
    if (s->capacity > 0)
        free(s->text);
    strbuf_init(s);
}

void strbuf_clear(struct strbuf *s)
{
    s->bytes = 0;
    if (s->capacity > 0)
        s->text[0] = '\0';
}

/* Make room for `more` bytes and the terminator. */
static bool grow(struct strbuf *s, size_t more)
{
    size_t wanted = s->bytes + more + 1;
    if (wanted <= s->capacity)
        return true;
    size_t capacity = s->capacity ? s->capacity : 64;
    while (capacity < wanted)
        capacity *= 2;
    char *text = realloc(s->capacity ? s->text : NULL, capacity);
    if (!text) {
        s->is_truncated = true;
        return false;
    }
    s->text = text;
    s->capacity = capacity;
    return true;
}

void strbuf_add(struct strbuf *s, const void *data, size_t bytes)
{
    if (bytes == 0 || !grow(s, bytes))
        return;
    memcpy(s->text + s->bytes, data, bytes);
    s->bytes += bytes;
    s->text[s->bytes] = '\0';
}

void strbuf_puts(struct strbuf *s, const char *text)
{
    strbuf_add(s, text, strlen(text));
}

void strbuf_vprintf(struct strbuf *s, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length > 0 && grow(s, (size_t)length)) {
        vsnprintf(s->text + s->bytes, (size_t)length + 1, format, again);
        s->bytes += (size_t)length;
    }
    va_end(again);
}

void strbuf_printf(struct strbuf *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vprintf(s, format, args);
    va_end(args);
}

void strbuf_drop(struct strbuf *s, size_t bytes)
{
    if (bytes == 0)
        return;
    s->bytes -= bytes;
    memmove(s->text, s->text + bytes, s->bytes + 1);
}
