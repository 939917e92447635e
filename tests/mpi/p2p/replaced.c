/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that is given back between two messages, in every way there is, and
 * other memory at its address: the messages move what is there now. One
 * thread, as MPI_Init promises.
 *
 * ranks: 2 4
 */
#define _GNU_SOURCE /* mremap */
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "replaced.h"

enum { ROUNDS = 24 };

static void by_munmap(unsigned char *at)
{
    munmap(at, BLOCK);
    CHECK(map_block(at, MAP_FIXED_NOREPLACE) == at);
}

static void by_munmap_of_a_part(unsigned char *at)
{
    munmap(at + BLOCK / 2, BLOCK / 2);
    CHECK(mmap(at + BLOCK / 2, BLOCK / 2, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
          at + BLOCK / 2);
}

static void by_mapping_over(unsigned char *at)
{
    CHECK(map_block(at, MAP_FIXED) == at);
}

static void by_mremap_away(unsigned char *at)
{
    unsigned char *other = map_block(NULL, 0);
    CHECK(mremap(at, BLOCK, BLOCK, MREMAP_MAYMOVE | MREMAP_FIXED, other) ==
          other);
    CHECK(map_block(at, MAP_FIXED_NOREPLACE) == at);
    munmap(other, BLOCK);
}

static void by_mremap_over(unsigned char *at)
{
    unsigned char *other = map_block(NULL, 0);
    memset(other, 1, BLOCK);
    CHECK(mremap(other, BLOCK, BLOCK, MREMAP_MAYMOVE | MREMAP_FIXED, at) ==
          at);
}

static void by_mremap_to_less(unsigned char *at)
{
    CHECK(mremap(at, BLOCK, BLOCK / 2, 0) == at);
    CHECK(mremap(at, BLOCK / 2, BLOCK, 0) == at);
}

static void by_dontneed(unsigned char *at)
{
    CHECK(madvise(at, BLOCK, MADV_DONTNEED) == 0);
}

static void by_free(unsigned char *at)
{
    CHECK(madvise(at, BLOCK, MADV_FREE) == 0);
}

/* By itself each way leaves the block where it was. */
static void (*const ways[])(unsigned char *) = {
    by_munmap, by_munmap_of_a_part, by_mapping_over, by_mremap_away,
    by_mremap_over, by_mremap_to_less, by_dontneed, by_free
};

static int round_number;

/* Sender and receiver lose their memory in turn, then both. */
static void try_way(void (*way)(unsigned char *))
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    unsigned char *at = map_block(NULL, 0);
    for (int n = 0; n < ROUNDS; n++) {
        pass(at, round_number++);
        if (n % 3 == 2 || n % 3 == rank % 2)
            way(at);
    }
    munmap(at, BLOCK);
}

static int any(int mine)
{
    int all;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return all;
}

/* The heap shrinks and grows again, as long as no malloc stands above. */
static void try_brk(void)
{
    int rounds = 0;
    mallopt(M_TOP_PAD, 16 << 20); /* so that none needs to */
    free(malloc(1000));
    unsigned char *at = sbrk(BLOCK);
    while (rounds < ROUNDS && !any(sbrk(0) != at + BLOCK)) {
        pass(at, round_number++);
        if (sbrk(0) == at + BLOCK) {
            CHECK(sbrk(-BLOCK) == at + BLOCK);
            CHECK(sbrk(BLOCK) == at);
        }
        rounds++;
    }
    CHECK(rounds > 1);
}

/* What free gives back, and malloc hands out again. */
static void try_malloc(void)
{
    for (int n = 0; n < ROUNDS; n++) {
        unsigned char *at = malloc(BLOCK);
        pass(at, round_number++);
        free(at);
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        try_way(ways[i]);
    try_malloc();
    try_brk();
    MPI_Finalize();
    return 0;
}
