/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The running result of a reduction at one rank.
 *
 * Operands of higher or lower ranks arrive one after the other; op_reduce
 * writes into its right operand, so the result moves between buffers rather
 * than being copied. The user's send buffer is read, never written.
 *
 *     schedule_recv(s, fold_operand(&f), peer);
 *     schedule_end_round(s);
 *     fold_higher(&f);            (or fold_lower: peer's part is lower)
 *     schedule_send(s, f.result, ...);
 */
#ifndef COLLECTIVES_FOLD_H
#define COLLECTIVES_FOLD_H

#include <stdbool.h>

#include "collectives/coll.h"
#include "collectives/schedule.h"

struct fold {
    struct schedule *schedule;
    const struct mpi_op *op;
    struct span result;      /* where the result lies now */
    bool is_result_writable;
    struct span spare;       /* where the next operand goes; address NULL: not
                                there yet */
};

/*
 * Begin with this rank's own contribution to a. `recv` is where the result is
 * wanted in the end; its address is NULL at ranks that want none.
 */
void fold_init(struct fold *f, struct schedule *s, const struct coll_args *a,
               struct span recv);

/* The buffer to receive the next operand into. */
struct span fold_operand(struct fold *f);

/* Combine with that operand, of ranks above (below) all seen so far. */
void fold_higher(struct fold *f);
void fold_lower(struct fold *f);

#endif
