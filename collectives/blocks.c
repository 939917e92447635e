/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding a block. One without elements may name any type, even none, as
 * nothing is done with it.
 */
#include "collectives/blocks.h"

static struct span typed_block(struct span whole, const struct blocks *b, int i)
{
    const MPI_Count count = number_at(b->counts, i);
    struct mpi_datatype *type = datatype_find(b->types[i]);
    if (count == 0 || !type)
        return span_packed(NULL, 0);
    return (struct span){
        (void *)((intptr_t)whole.address + number_at(b->displs, i)), count,
        type };
}

struct span blocks_at(struct span whole, const struct blocks *b, int i)
{
    if (!b)
        return span_at(whole, i * whole.count, whole.count);
    if (b->types)
        return typed_block(whole, b, i);
    return span_at(whole, number_at(b->displs, i), number_at(b->counts, i));
}

MPI_Count blocks_sum(const struct blocks *b, int blocks)
{
    MPI_Count sum = 0;
    for (int i = 0; i < blocks; i++)
        sum += number_at(b->counts, i);
    return sum;
}
