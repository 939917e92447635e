/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For MPI test programs: CHECK says what was wrong at which rank and ends the
 * job. The programs use nothing of ours but mpi.h.
 */
#ifndef MPI_CHECK_H
#define MPI_CHECK_H

#include <stdio.h>
#include <string.h>

#include <mpi.h>

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            check_failed(__FILE__, __LINE__, #condition);                      \
    } while (0)

/* The call must end with this error class. */
#define CHECK_ERROR(call, error_class)                                         \
    check_class(__FILE__, __LINE__, #call, call, error_class)

static inline void check_failed(const char *file, int line, const char *what)
{
    int rank = -1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    fprintf(stderr, "%s:%d: rank %d: not true: %s\n", file, line, rank, what);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static inline void check_class(const char *file, int line, const char *what,
                               int code, int wanted)
{
    int error_class = -1;
    char text[MPI_MAX_ERROR_STRING] = "";
    int length;
    MPI_Error_class(code, &error_class);
    if (error_class == wanted)
        return;
    MPI_Error_string(code, text, &length);
    fprintf(stderr, "%s: class %d where %d was expected (%s)\n", what,
            error_class, wanted, text);
    check_failed(file, line, what);
}

#endif
