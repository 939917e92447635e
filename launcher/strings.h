/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A growing, NULL-terminated array of strings: argument lists and
 * environments, ready for exec. Owns its strings. Running out of memory ends
 * the program: nothing can be launched then.
 */
#ifndef LAUNCHER_STRINGS_H
#define LAUNCHER_STRINGS_H

#include <stddef.h>

#include "runtime/base/platform.h"

struct strings {
    char **item; /* NULL while empty */
    size_t count;
};

void strings_add(struct strings *s, const char *text);
void strings_addf(struct strings *s, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Append the words of text, separated by blanks. */
void strings_add_words(struct strings *s, const char *text);

void strings_fini(struct strings *s);

/* As an environment: set "NAME=VALUE", replacing NAME's old entry. */
void strings_set(struct strings *s, const char *assignment);

/* The value of NAME in a NULL-terminated environment, or NULL. */
const char *environment_get(char *const *environment, const char *name);

/* malloc and friends that end the program when there is no memory. */
void *must_alloc(size_t count, size_t bytes);
char *must_copy(const char *text);

#endif
