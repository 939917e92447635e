/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For the programs that give a buffer's memory back between two messages and
 * take other memory at the same address. A transport that still moves from or
 * to the old pages is found out by the bytes.
 */
#ifndef MPI_REPLACED_H
#define MPI_REPLACED_H

#include <sys/mman.h>

#include "check.h"

enum { BLOCK = 256 << 10 };

static inline unsigned char *map_block(void *where, int flags)
{
    void *at = mmap(where, BLOCK, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

static inline unsigned char byte_of(int i, int round)
{
    return (unsigned char)(i * 31 + i / 4096 + round * 7 + 1);
}

/* A message of even ranks to the rank above, whose bytes tell the round. */
static inline void pass(unsigned char *at, int round)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank % 2 == 0) {
        for (int i = 0; i < BLOCK; i++)
            at[i] = byte_of(i, round);
        MPI_Send(at, BLOCK, MPI_BYTE, rank + 1, round, MPI_COMM_WORLD);
        return;
    }
    memset(at, 0xee, BLOCK);
    MPI_Recv(at, BLOCK, MPI_BYTE, rank - 1, round, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    for (int i = 0; i < BLOCK; i++)
        if (at[i] != byte_of(i, round)) {
            fprintf(stderr, "round %d, byte %d is %d, not %d\n", round, i,
                    at[i], byte_of(i, round));
            CHECK(!"the bytes are those of the memory that is there now");
        }
}

#endif
