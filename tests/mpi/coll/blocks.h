/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the collective programs share: sizes, and integers that tell from which
 * rank, for which rank and where in the block they are.
 */
#ifndef COLL_BLOCKS_H
#define COLL_BLOCKS_H

#include <stdlib.h>

#include "check.h"

/* Ints in a block: around the sizes at which protocols and algorithms change,
 * 1 MiB the largest. */
static const int block_counts[] = { 0,    1,    2,     5,     16,    100, 1000,
                                    1024, 2047, 10000, 16384, 70001, 262144 };
enum { BLOCK_COUNTS = sizeof block_counts / sizeof block_counts[0] };

static inline int value_at(int from, int to, int i)
{
    /* Unsigned: the largest wrap around. */
    return (int)((unsigned)from * 1000003u + (unsigned)to * 10007u +
                 (unsigned)i);
}

/* Room for `blocks` blocks of count ints, at least one int, none of them what
 * a test expects. */
static inline int *make_blocks(int blocks, int count)
{
    size_t ints = (size_t)blocks * (size_t)count + 1;
    int *data = malloc(ints * sizeof *data);
    CHECK(data);
    for (size_t i = 0; i < ints; i++)
        data[i] = -7;
    return data;
}

static inline void fill_block(int *block, int count, int from, int to)
{
    for (int i = 0; i < count; i++)
        block[i] = value_at(from, to, i);
}

static inline void check_block(const int *block, int count, int from, int to)
{
    for (int i = 0; i < count; i++)
        CHECK(block[i] == value_at(from, to, i));
}

/* A committed type of `count` ints, each followed by a gap of two. */
static inline MPI_Datatype make_spread(int count)
{
    MPI_Datatype type;
    MPI_Type_vector(count, 1, 3, MPI_INT, &type);
    MPI_Type_commit(&type);
    return type;
}

static inline void begin(int *rank, int *size)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, rank);
    MPI_Comm_size(MPI_COMM_WORLD, size);
}

#endif
