/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the elements of a reduction are shared out among the ranks: as the
 * arguments of a reduce_scatter say, or evenly.
 */
#ifndef COLLECTIVES_SHARES_H
#define COLLECTIVES_SHARES_H

#include "collectives/coll.h"
#include "collectives/schedule.h"

struct shares {
    MPI_Count *first; /* element of each rank's share, and the end of all;
                         scratch memory of the schedule */
    int count;        /* ranks */
};

/* The shares of a reduce_scatter. Errors: MPI_ERR_NO_MEM */
int shares_given(struct schedule *s, const struct coll_args *a,
                 struct shares *out);

/* First element of share r of the `count` that shares_even makes. */
static inline MPI_Count shares_even_first(MPI_Count elements, int count, int r)
{
    const MPI_Count rest = elements % count;
    return elements / count * r + (r < rest ? r : rest);
}

/* `elements` in `count` shares whose sizes differ by one at most. Errors: as
 * shares_given */
int shares_even(struct schedule *s, MPI_Count elements, int count,
                struct shares *out);

/* The shares of ranks [first, end) of a whole. */
static inline struct span shares_at(const struct shares *shares,
                                    struct span whole, int first, int end)
{
    return span_at(whole, shares->first[first],
                   shares->first[end] - shares->first[first]);
}

static inline MPI_Count shares_total(const struct shares *shares)
{
    return shares->first[shares->count];
}

/* All that this rank contributes to a reduce_scatter, to read only. */
struct span shares_input(const struct coll_args *a,
                         const struct shares *shares);

#endif
