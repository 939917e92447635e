/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Added codes: a table by number. Numbers of removed codes are not used again,
 * so a stale one is recognised.
 */
#include "runtime/objects/error_user.h"

#include <stdlib.h>
#include <string.h>

#include <mpi.h>

static struct added {
    int error_class; /* 0: removed */
    int codes;       /* of a class: that are in it, without itself */
    char *text;      /* NULL: none */
} *added;

static int count, capacity;

static struct added *find(int code)
{
    if (code < ERROR_USER_FIRST || code - ERROR_USER_FIRST >= count)
        return NULL;
    struct added *a = &added[code - ERROR_USER_FIRST];
    return a->error_class ? a : NULL;
}

int error_user_add(int error_class, int *code)
{
    if (count == capacity) {
        int more = capacity ? 2 * capacity : 16;
        struct added *grown = realloc(added, (size_t)more * sizeof *grown);
        if (!grown)
            return MPI_ERR_NO_MEM;
        added = grown;
        capacity = more;
    }
    *code = ERROR_USER_FIRST + count;
    struct added *class = find(error_class);
    if (class)
        class->codes++;
    added[count++] = (struct added){
        .error_class = error_class ? error_class : *code };
    return MPI_SUCCESS;
}

bool error_user_is_known(int code)
{
    return find(code) != NULL;
}

int error_user_class(int code)
{
    return find(code)->error_class;
}

const char *error_user_text(int code)
{
    const char *text = find(code)->text;
    return text ? text : "";
}

int error_user_set_text(int code, const char *text)
{
    char *copy = *text ? strdup(text) : NULL;
    if (*text && !copy)
        return MPI_ERR_NO_MEM;
    free(find(code)->text);
    find(code)->text = copy;
    return MPI_SUCCESS;
}

bool error_user_remove(int code)
{
    struct added *a = find(code);
    if (a->codes > 0)
        return false;
    struct added *class = find(a->error_class);
    if (class && class != a)
        class->codes--;
    free(a->text);
    *a = (struct added){ .error_class = 0 };
    return true;
}

int error_user_last(void)
{
    return count ? ERROR_USER_FIRST + count - 1 : MPI_ERR_LASTCODE;
}
