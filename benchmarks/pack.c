/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Pack and MPI_Unpack beside loops that a programmer would write, for the
 * usual shapes of data with gaps:
 *   vector    blocks of 8 bytes, one in two
 *   struct    three doubles with gaps between them
 *   subarray  a box of 3-D data
 *   indexed   blocks of 1 to 8 doubles at random distances
 * Columns: MB/s of the library and of the loop, and their ratio, for packing
 * and for unpacking. Library and loop run by turns; the median of the rounds
 * counts. One rank.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = 21,
    DOUBLES = 1 << 17, /* of user data, gaps included: 1 MiB */
    BOX = 32,          /* of 50 in each dimension */
    SPACE = 50,
    BLOCKS = 14000
};

static double user[DOUBLES], packed[DOUBLES];
static int displacements[BLOCKS], lengths[BLOCKS];

struct shape {
    const char *name;
    MPI_Datatype type;
    int count;
    int bytes;
    void (*pack)(void);
    void (*unpack)(void);
};

/* The loops; each macro is one shape with the direction of the copy. */
#define LOOPS(name, ...)                                                       \
    static void pack_##name(void)                                              \
    {                                                                          \
        double *in = user, *out = packed;                                      \
        __VA_ARGS__                                                            \
    }

LOOPS(vector, for (int i = 0; i < DOUBLES / 2; i++) out[i] = in[2 * i];)
LOOPS(struct, for (int i = 0; i < DOUBLES / 6; i++) {
    out[3 * i] = in[6 * i];
    out[3 * i + 1] = in[6 * i + 2];
    out[3 * i + 2] = in[6 * i + 4];
})
LOOPS(subarray, for (int x = 0; x < BOX; x++) for (int y = 0; y < BOX; y++)
          for (int z = 0; z < BOX; z++)
              *out++ = in[((x + 9) * SPACE + y + 9) * SPACE + z + 9];)
LOOPS(indexed, for (int i = 0; i < BLOCKS; i++)
          for (int k = 0; k < lengths[i]; k++)
              *out++ = in[displacements[i] + k];)

#undef LOOPS
#define LOOPS(name, ...)                                                       \
    static void unpack_##name(void)                                            \
    {                                                                          \
        double *in = packed, *out = user;                                      \
        __VA_ARGS__                                                            \
    }

LOOPS(vector, for (int i = 0; i < DOUBLES / 2; i++) out[2 * i] = in[i];)
LOOPS(struct, for (int i = 0; i < DOUBLES / 6; i++) {
    out[6 * i] = in[3 * i];
    out[6 * i + 2] = in[3 * i + 1];
    out[6 * i + 4] = in[3 * i + 2];
})
LOOPS(subarray, for (int x = 0; x < BOX; x++) for (int y = 0; y < BOX; y++)
          for (int z = 0; z < BOX; z++)
              out[((x + 9) * SPACE + y + 9) * SPACE + z + 9] = *in++;)
LOOPS(indexed, for (int i = 0; i < BLOCKS; i++)
          for (int k = 0; k < lengths[i]; k++)
              out[displacements[i] + k] = *in++;)

static void library_pack(const struct shape *s)
{
    int position = 0;
    MPI_Pack(user, s->count, s->type, packed, sizeof packed, &position,
             MPI_COMM_SELF);
}

static void library_unpack(const struct shape *s)
{
    int position = 0;
    MPI_Unpack(packed, s->bytes, &position, user, s->count, s->type,
               MPI_COMM_SELF);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* MB/s of the library and of the loop. */
static void measure(const struct shape *s, void (*library)(const struct shape *),
                    void (*loop)(void), double rates[2])
{
    enum { REPEAT = 10 };
    double times[2][ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
        double start = MPI_Wtime();
        for (int i = 0; i < REPEAT; i++)
            library(s);
        const double middle = MPI_Wtime();
        for (int i = 0; i < REPEAT; i++) {
            loop();
            __asm__ volatile("" ::: "memory");
        }
        if (round >= 0) {
            times[0][round] = middle - start;
            times[1][round] = MPI_Wtime() - middle;
        }
    }
    for (int i = 0; i < 2; i++) {
        qsort(times[i], ROUNDS, sizeof times[i][0], by_value);
        rates[i] = REPEAT * s->bytes / times[i][ROUNDS / 2] * 1e-6;
    }
}

/* Both ways of packing must give the same bytes. */
static void compare(const struct shape *s)
{
    static double expected[DOUBLES];
    for (int i = 0; i < DOUBLES; i++)
        user[i] = i;
    s->pack();
    memcpy(expected, packed, (size_t)s->bytes);
    memset(packed, 0, sizeof packed);
    library_pack(s);
    if (memcmp(expected, packed, (size_t)s->bytes) != 0) {
        fprintf(stderr, "%s: MPI_Pack and the loop disagree\n", s->name);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
}

static void make_types(struct shape *shapes)
{
    const int sizes[3] = { SPACE, SPACE, SPACE }, part[3] = { BOX, BOX, BOX };
    const int starts[3] = { 9, 9, 9 }, ones[3] = { 1, 1, 1 };
    const MPI_Aint places[3] = { 0, 16, 32 };
    const MPI_Datatype doubles[3] = { MPI_DOUBLE, MPI_DOUBLE, MPI_DOUBLE };
    MPI_Datatype raw;
    unsigned random = 1;
    int at = 0;
    for (int i = 0; i < BLOCKS; i++) {
        random = random * 1664525 + 1013904223;
        lengths[i] = 1 + (int)(random >> 29);
        displacements[i] = at;
        at += lengths[i] + 1 + (int)(random >> 20) % 7;
    }
    if (at > DOUBLES)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Type_vector(DOUBLES / 2, 1, 2, MPI_DOUBLE, &shapes[0].type);
    MPI_Type_create_struct(3, ones, places, doubles, &raw);
    MPI_Type_create_resized(raw, 0, 48, &shapes[1].type);
    MPI_Type_free(&raw);
    MPI_Type_create_subarray(3, sizes, part, starts, MPI_ORDER_C, MPI_DOUBLE,
                             &shapes[2].type);
    MPI_Type_indexed(BLOCKS, lengths, displacements, MPI_DOUBLE,
                     &shapes[3].type);
}

int main(int argc, char **argv)
{
    struct shape shapes[4] = {
        { "vector", 0, 1, 0, pack_vector, unpack_vector },
        { "struct", 0, DOUBLES / 6, 0, pack_struct, unpack_struct },
        { "subarray", 0, 1, 0, pack_subarray, unpack_subarray },
        { "indexed", 0, 1, 0, pack_indexed, unpack_indexed },
    };
    MPI_Init(&argc, &argv);
    make_types(shapes);
    printf("# %-10s %10s %10s %7s %10s %10s %7s\n", "Shape", "pack", "loop",
           "ratio", "unpack", "loop", "ratio");
    for (int i = 0; i < 4; i++) {
        struct shape *s = &shapes[i];
        double rates[4];
        MPI_Type_commit(&s->type);
        MPI_Type_size(s->type, &s->bytes);
        s->bytes *= s->count;
        compare(s);
        measure(s, library_pack, s->pack, rates);
        measure(s, library_unpack, s->unpack, rates + 2);
        printf("%-12s %10.0f %10.0f %7.2f %10.0f %10.0f %7.2f\n", s->name,
               rates[0], rates[1], rates[0] / rates[1], rates[2], rates[3],
               rates[2] / rates[3]);
        MPI_Type_free(&s->type);
    }
    MPI_Finalize();
    return 0;
}
