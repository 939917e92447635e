/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the functions of the tool information interface share (MPI 5.0,
 * chapter 15). They return their error classes and call no error handler; an
 * out-argument that is NULL is not wanted.
 */
#ifndef API_TOOL_H
#define API_TOOL_H

#include <stdbool.h>

#include <mpi.h>

/* Is the interface between MPI_T_init_thread and MPI_T_finalize? Else
 * MPI_T_ERR_NOT_INITIALIZED. */
int tool_check(void);

/* The names of a variable's values. */
struct tool_enum {
    const char *name;
    int count;
    const char *const *items; /* of value 0, 1, ... */
};

extern const struct tool_enum tool_switch; /* no, yes */

static inline MPI_T_enum tool_enum_handle(const struct tool_enum *e)
{
    return (MPI_T_enum)(uintptr_t)e;
}

/* Give the user a string as MPI 5.0, 15.3.3 has it: cut to *length, which
 * becomes what the whole needs. */
void tool_give_string(const char *text, char *buffer, int *length);

static inline void tool_give(int value, int *out)
{
    if (out)
        *out = value;
}

#endif
