/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole lines, with or without a tag. */
#include "launcher/lines.h"

#include <string.h>

size_t lines_whole_bytes(const struct strbuf *text)
{
    const char *last = memrchr(text->text, '\n', text->bytes);
    size_t whole = last ? (size_t)(last - text->text) + 1 : 0;
    return text->bytes - whole > LINE_LIMIT ? text->bytes : whole;
}

void lines_tag(struct strbuf *out, const char *tag, const char *data,
               size_t bytes, bool *at_start)
{
    while (bytes > 0) {
        if (*at_start)
            strbuf_puts(out, tag);
        const char *newline = memchr(data, '\n', bytes);
        size_t length = newline ? (size_t)(newline - data) + 1 : bytes;
        strbuf_add(out, data, length);
        *at_start = newline != NULL;
        data += length;
        bytes -= length;
    }
}
