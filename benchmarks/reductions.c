/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How fast the predefined operations combine the predefined types: one rank,
 * MPI_Reduce_local on operands that stay in the nearest caches. GB/s of one
 * operand, a row for each type and a column for each operation; the fastest of
 * several times. The name of another type as an argument leaves out the rest.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 16 << 10, TIMES = 9, ROUND = 200, OPS = 9 };

static const struct {
    const char *name;
    MPI_Op op;
} ops[OPS] = {
    { "sum", MPI_SUM }, { "prod", MPI_PROD }, { "min", MPI_MIN },
    { "max", MPI_MAX }, { "band", MPI_BAND }, { "bxor", MPI_BXOR },
    { "land", MPI_LAND }, { "lxor", MPI_LXOR }, { "minloc", MPI_MINLOC },
};

static const struct {
    const char *name;
    MPI_Datatype type;
    int groups; /* of the operations that take it, see below */
} types[] = {
    { "int8_t", MPI_INT8_T, 7 },
    { "uint8_t", MPI_UINT8_T, 7 },
    { "int16_t", MPI_INT16_T, 7 },
    { "uint16_t", MPI_UINT16_T, 7 },
    { "int32_t", MPI_INT32_T, 7 },
    { "uint32_t", MPI_UINT32_T, 7 },
    { "int64_t", MPI_INT64_T, 7 },
    { "uint64_t", MPI_UINT64_T, 7 },
    { "float", MPI_FLOAT, 3 },
    { "double", MPI_DOUBLE, 3 },
    { "long_double", MPI_LONG_DOUBLE, 3 },
    { "float_complex", MPI_C_FLOAT_COMPLEX, 1 },
    { "double_complex", MPI_C_DOUBLE_COMPLEX, 1 },
    { "float_int", MPI_FLOAT_INT, 8 },
    { "double_int", MPI_DOUBLE_INT, 8 },
    { "2int", MPI_2INT, 8 },
};

/* 1: sum and product, 2: order, 4: bits and logic, 8: with an index */
static int group_of(int op)
{
    static const int groups[OPS] = { 1, 1, 2, 2, 4, 4, 4, 4, 8 };
    return groups[op];
}

/* Zeros are no numbers that slow a processor down in any type. */
static char in[BYTES], inout[BYTES];

static double gigabytes_per_second(MPI_Op op, MPI_Datatype type)
{
    MPI_Aint lb, extent;
    double least = 1e9;
    MPI_Type_get_extent(type, &lb, &extent);
    const int count = (int)(BYTES / extent);
    for (int time = 0; time < TIMES; time++) {
        const double start = MPI_Wtime();
        for (int i = 0; i < ROUND; i++)
            MPI_Reduce_local(in, inout, count, type, op);
        const double seconds = (MPI_Wtime() - start) / ROUND;
        if (seconds < least)
            least = seconds;
    }
    return BYTES / least * 1e-9;
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    printf("# GB/s of one operand of %d KiB\n%-16s", BYTES >> 10, "# Type");
    for (int op = 0; op < OPS; op++)
        printf("%8s", ops[op].name);
    printf("\n");
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        if (argc > 1 && strcmp(argv[1], types[t].name) != 0)
            continue;
        printf("%-16s", types[t].name);
        for (int op = 0; op < OPS; op++)
            if (types[t].groups & group_of(op))
                printf("%8.1f", gigabytes_per_second(ops[op].op,
                                                     types[t].type));
            else
                printf("%8s", "");
        printf("\n");
    }
    MPI_Finalize();
    return 0;
}
