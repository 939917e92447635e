/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading the standard's tables in include/abi, for tests that hold the code
 * against them.
 */
#ifndef OBJECTS_TABLE_H
#define OBJECTS_TABLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

enum { TABLE_FIELDS = 16 };

/* Open include/abi/<name> of the source tree and skip its head line. */
static inline FILE *table_open(const char *name)
{
    char path[1024], line[4096];
    const char *srcdir = getenv("srcdir");
    snprintf(path, sizeof path, "%s/include/abi/%s", srcdir ? srcdir : ".",
             name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "cannot read %s", path);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    return file;
}

/* Split the next line at its tabs into fields; 0 at the end of the file. */
static inline int table_row(FILE *file, char *line, size_t bytes,
                            char *fields[TABLE_FIELDS])
{
    if (!fgets(line, (int)bytes, file))
        return 0;
    line[strcspn(line, "\n")] = '\0';
    int n = 0;
    for (char *field; n < TABLE_FIELDS && (field = strsep(&line, "\t"));)
        fields[n++] = field;
    return n;
}

#endif
