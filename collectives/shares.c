/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The first element of each share, summed up once.
 */
#include "collectives/shares.h"

static int create(struct schedule *s, int count, struct shares *out)
{
    out->count = count;
    out->first = schedule_scratch(s, ((size_t)count + 1) * sizeof *out->first);
    return out->first ? MPI_SUCCESS : MPI_ERR_NO_MEM;
}

int shares_given(struct schedule *s, const struct coll_args *a,
                 struct shares *out)
{
    const int count = coll_size(a);
    int err = create(s, count, out);
    if (err != MPI_SUCCESS)
        return err;
    out->first[0] = 0;
    for (int r = 0; r < count; r++)
        out->first[r + 1] = out->first[r] +
                            (a->recv_blocks
                                 ? number_at(a->recv_blocks->counts, r)
                                 : a->recv.count);
    return MPI_SUCCESS;
}

int shares_even(struct schedule *s, MPI_Count elements, int count,
                struct shares *out)
{
    int err = create(s, count, out);
    if (err != MPI_SUCCESS)
        return err;
    for (int r = 0; r <= count; r++)
        out->first[r] = shares_even_first(elements, count, r);
    return MPI_SUCCESS;
}

struct span shares_input(const struct coll_args *a,
                         const struct shares *shares)
{
    const void *address = a->send.address == MPI_IN_PLACE ? a->recv.address
                                                          : a->send.address;
    return (struct span){ (void *)(uintptr_t)address, shares_total(shares),
                          a->recv.type };
}
