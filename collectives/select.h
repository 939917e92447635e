/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which algorithm does a collective: by its bytes, the number of ranks, and
 * what the operation allows.
 */
#ifndef COLLECTIVES_SELECT_H
#define COLLECTIVES_SELECT_H

#include "collectives/coll.h"

/* The choice for this operation; the same at all ranks. */
const struct algorithm *select_algorithm(const struct coll_args *a);

/* Has a setting decided how this operation is done? */
bool select_is_set(const struct coll_args *a);

/* All algorithms of a collective, ended by one without a name. */
const struct algorithm *select_list(enum collective kind);

/* The name of a collective, "allreduce". */
const char *collective_name(enum collective kind);

#endif
