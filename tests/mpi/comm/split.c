/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Splits by color and key, at random; ranks of one color work together while
 * other colors do the same; splits of splits; the ranks of a node.
 *
 * ranks: 1 2 3 4 5 8
 */
#include "check.h"

enum { RANKS_MAX = 64 };

static unsigned mix(unsigned a, unsigned b)
{
    a = (a ^ 61u) + b * 2654435761u;
    a ^= a >> 15;
    return a * 2246822519u >> 7;
}

static int color_of(int rank, int round)
{
    int color = (int)(mix((unsigned)rank, (unsigned)round) % 4);
    return color == 3 ? MPI_UNDEFINED : color;
}

static int key_of(int rank, int round)
{
    return (int)(mix((unsigned)rank, (unsigned)round + 99) % 3) - 1;
}

/* World ranks of this rank's color, in the order the standard asks for. */
static int members(int rank, int size, int round, int *out)
{
    int count = 0;
    for (int key = -1; key <= 1; key++)
        for (int r = 0; r < size; r++)
            if (color_of(r, round) == color_of(rank, round) &&
                key_of(r, round) == key)
                out[count++] = r;
    return count;
}

static void at_random(int rank, int size, int round)
{
    MPI_Comm comm;
    MPI_Comm_split(MPI_COMM_WORLD, color_of(rank, round), key_of(rank, round),
                   &comm);
    if (color_of(rank, round) == MPI_UNDEFINED) {
        CHECK(comm == MPI_COMM_NULL);
        return;
    }
    int wanted[RANKS_MAX], found[RANKS_MAX], new_rank, new_size;
    int count = members(rank, size, round, wanted);
    MPI_Comm_rank(comm, &new_rank);
    MPI_Comm_size(comm, &new_size);
    CHECK(new_size == count);
    CHECK(wanted[new_rank] == rank);
    MPI_Allgather(&rank, 1, MPI_INT, found, 1, MPI_INT, comm);
    CHECK(memcmp(wanted, found, (size_t)count * sizeof(int)) == 0);
    MPI_Comm_free(&comm);
}

/* Halves of halves, down to single ranks, all alive at once. */
static void nested(int rank)
{
    MPI_Comm comms[8];
    int depth = 0, size;
    MPI_Comm_dup(MPI_COMM_WORLD, &comms[0]);
    MPI_Comm_size(comms[0], &size);
    while (size > 1) {
        int r;
        MPI_Comm_rank(comms[depth], &r);
        MPI_Comm_split(comms[depth], r < size / 2, 0, &comms[depth + 1]);
        MPI_Comm_size(comms[++depth], &size);
    }
    for (; depth >= 0; depth--) {
        int all = -1;
        MPI_Allreduce(&rank, &all, 1, MPI_INT, MPI_MAX, comms[depth]);
        CHECK(all >= rank);
        MPI_Comm_free(&comms[depth]);
    }
}

static void of_a_node(int rank)
{
    MPI_Comm comm;
    char own[MPI_MAX_PROCESSOR_NAME], first[MPI_MAX_PROCESSOR_NAME];
    int length;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank,
                        MPI_INFO_NULL, &comm);
    memset(own, 0, sizeof own);
    MPI_Get_processor_name(own, &length);
    memcpy(first, own, sizeof own);
    MPI_Bcast(first, sizeof first, MPI_CHAR, 0, comm);
    CHECK(strcmp(own, first) == 0);
    MPI_Comm_free(&comm);
}

int main(void)
{
    int rank, size, result;
    MPI_Comm back;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int round = 0; round < 50; round++)
        at_random(rank, size, round);
    nested(rank);
    of_a_node(rank);
    MPI_Comm_split(MPI_COMM_WORLD, 0, -rank, &back);
    MPI_Comm_compare(MPI_COMM_WORLD, back, &result);
    CHECK(result == (size == 1 ? MPI_CONGRUENT : MPI_SIMILAR));
    MPI_Comm_free(&back);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    CHECK_ERROR(MPI_Comm_split(MPI_COMM_WORLD, -1, 0, &back), MPI_ERR_ARG);
    MPI_Finalize();
    return 0;
}
