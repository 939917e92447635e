/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table by which algorithms are chosen.
 *
 * A row is a line of text:
 *
 *     allreduce 64 * 32k recursive_doubling
 *
 * for calls of allreduce with at most 64 ranks, any number of ranks on a node
 * ("all": all of them on one), and at most 32 KiB. Of the rows of a collective
 * the first that fits and whose algorithm can do the call is taken. Rows of the
 * user's file stand before the built-in ones, which have one for every call.
 * The table must be the same at all ranks. Constant once loaded.
 */
#ifndef COLLECTIVES_TUNING_H
#define COLLECTIVES_TUNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "collectives/coll.h"

enum { PER_NODE_ALL = 0 };

struct choice {
    int ranks;      /* at most; INT_MAX: any */
    int per_node;   /* where most are; INT_MAX: any, PER_NODE_ALL: all */
    size_t bytes;   /* at most; SIZE_MAX: any */
    const struct algorithm *algorithm; /* NULL ends the choices */
};

/*
 * Read the built-in table, the user's file and the algorithms that must be
 * taken, from the settings; once.
 * Errors   MPI_ERR_ARG, MPI_ERR_FILE; has logged
 */
int tuning_load(void);

/* The choices of a collective in order. */
const struct choice *tuning_choices(enum collective kind);

/* The algorithm that must be taken where it can, or NULL. */
const struct algorithm *tuning_forced(enum collective kind);

/* Add a row to the choices. Errors: MPI_ERR_ARG, and has logged */
int tuning_add(const char *line);

/* One line for each collective that has a choice. */
void tuning_print(FILE *out);

#endif
