/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays of strings. */
#include "launcher/strings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *check(void *memory)
{
    if (!memory) {
        fputs("baton: out of memory\n", stderr);
        exit(125);
    }
    return memory;
}

void *must_alloc(size_t count, size_t bytes)
{
    return check(calloc(count ? count : 1, bytes));
}

char *must_copy(const char *text)
{
    return check(strdup(text));
}

static void append(struct strings *s, char *owned)
{
    /* Grows at powers of two, so that the capacity need not be kept. */
    if ((s->count & (s->count + 1)) == 0)
        s->item = check(realloc(s->item,
                                (2 * s->count + 2) * sizeof *s->item));
    s->item[s->count++] = owned;
    s->item[s->count] = NULL;
}

void strings_add(struct strings *s, const char *text)
{
    append(s, must_copy(text));
}

void strings_addf(struct strings *s, const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    append(s, check(text));
}

void strings_add_words(struct strings *s, const char *text)
{
    static const char blanks[] = " \t";
    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        size_t length = strcspn(text, blanks);
        append(s, check(strndup(text, length)));
        text += length;
    }
}

void strings_fini(struct strings *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->item[i]);
    free(s->item);
    *s = (struct strings){ 0 };
}

void strings_set(struct strings *s, const char *assignment)
{
    size_t name_length = strcspn(assignment, "=");
    for (size_t i = 0; i < s->count; i++)
        if (strncmp(s->item[i], assignment, name_length) == 0 &&
            s->item[i][name_length] == '=') {
            free(s->item[i]);
            s->item[i] = must_copy(assignment);
            return;
        }
    strings_add(s, assignment);
}

const char *environment_get(char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; environment && *environment; environment++)
        if (strncmp(*environment, name, length) == 0 &&
            (*environment)[length] == '=')
            return *environment + length + 1;
    return NULL;
}
