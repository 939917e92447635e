/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copying what is so short that a call of memcpy would cost more than the
 * copy: two moves that may overlap.
 */
#ifndef BASE_COPY_H
#define BASE_COPY_H

#include <string.h>

#include "runtime/base/platform.h"

enum { COPY_SHORT_BYTES = 64 };

/* Copy at most COPY_SHORT_BYTES; either address may be NULL for none. */
static ALWAYS_INLINE void copy_short(void *to_, const void *from_, size_t bytes)
{
    unsigned char *to = to_;
    const unsigned char *from = from_;
    if (bytes >= 8 && bytes <= 16) {
        memcpy(to, from, 8);
        memcpy(to + bytes - 8, from + bytes - 8, 8);
    } else if (bytes > 32) {
        memcpy(to, from, 32);
        memcpy(to + bytes - 32, from + bytes - 32, 32);
    } else if (bytes > 16) {
        memcpy(to, from, 16);
        memcpy(to + bytes - 16, from + bytes - 16, 16);
    } else if (bytes >= 4) {
        memcpy(to, from, 4);
        memcpy(to + bytes - 4, from + bytes - 4, 4);
    } else if (bytes > 0) {
        to[0] = from[0];
        to[bytes / 2] = from[bytes / 2];
        to[bytes - 1] = from[bytes - 1];
    }
}

#endif
