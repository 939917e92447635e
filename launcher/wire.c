/* SPDX-License-Identifier: BSD-3-Clause */
/* Packing and unpacking of frame bodies. A text is sent with its terminator,
 * so that it can be used in place. */
#include "launcher/wire.h"

#include <string.h>

const char wire_magic[WIRE_MAGIC_BYTES] = "\n<baton-agent>\n";

void wire_put_u32(struct strbuf *body, uint32_t value)
{
    strbuf_add(body, &value, sizeof value);
}

void wire_put_bytes(struct strbuf *body, const void *data, size_t bytes)
{
    wire_put_u32(body, (uint32_t)bytes);
    strbuf_add(body, data, bytes);
}

void wire_put_text(struct strbuf *body, const char *text)
{
    wire_put_bytes(body, text, strlen(text) + 1);
}

static const char *take(struct wire_reader *r, size_t bytes)
{
    if (r->is_bad || (size_t)(r->end - r->at) < bytes) {
        r->is_bad = true;
        return NULL;
    }
    const char *at = r->at;
    r->at += bytes;
    return at;
}

uint32_t wire_get_u32(struct wire_reader *r)
{
    uint32_t value = 0;
    const char *at = take(r, sizeof value);
    if (at)
        memcpy(&value, at, sizeof value);
    return value;
}

const char *wire_get_bytes(struct wire_reader *r, size_t *bytes)
{
    size_t count = wire_get_u32(r);
    const char *at = take(r, count);
    *bytes = at ? count : 0;
    return at ? at : "";
}

const char *wire_get_text(struct wire_reader *r)
{
    size_t bytes;
    const char *text = wire_get_bytes(r, &bytes);
    if (bytes == 0 || text[bytes - 1] != '\0') {
        r->is_bad = true;
        return "";
    }
    return text;
}
