/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Envelopes and contents give back what a type was made with, in int and
 * large-count forms; parts of distributed arrays cover the array once;
 * predefined types are found by size and as pairs.
 *
 * ranks: 1
 */
#include <stdlib.h>

#include "../check.h"

static void int_forms(void)
{
    int lengths[] = { 1, 2 }, places[] = { 0, 5 }, ints[8], n, a, d, combiner;
    MPI_Aint addresses[8] = { 0 };
    MPI_Datatype vector, indexed, types[4], copy;
    MPI_Type_vector(3, 2, 5, MPI_INT, &vector);
    MPI_Type_get_envelope(vector, &n, &a, &d, &combiner);
    CHECK(n == 3 && a == 0 && d == 1 && combiner == MPI_COMBINER_VECTOR);
    MPI_Type_get_contents(vector, 3, 0, 1, ints, addresses, types);
    CHECK(ints[0] == 3 && ints[1] == 2 && ints[2] == 5 && types[0] == MPI_INT);
    MPI_Type_indexed(2, lengths, places, vector, &indexed);
    MPI_Type_get_contents(indexed, 5, 0, 1, ints, addresses, types);
    CHECK(ints[0] == 2 && ints[2] == 2 && ints[4] == 5);
    MPI_Type_get_envelope(types[0], &n, &a, &d, &combiner);
    CHECK(combiner == MPI_COMBINER_VECTOR);
    MPI_Type_free(&types[0]);
    MPI_Type_dup(vector, &copy);
    MPI_Type_free(&vector);
    MPI_Type_get_envelope(copy, &n, &a, &d, &combiner);
    CHECK(n == 0 && a == 0 && d == 1 && combiner == MPI_COMBINER_DUP);
    MPI_Type_free(&copy);
    MPI_Type_create_resized(MPI_CHAR, -4, 12, &copy);
    MPI_Type_get_contents(copy, 0, 2, 1, ints, addresses, types);
    CHECK(addresses[0] == -4 && addresses[1] == 12 && types[0] == MPI_CHAR);
    CHECK_ERROR(MPI_Type_get_contents(copy, 0, 1, 1, ints, addresses, types),
                MPI_ERR_ARG);
    CHECK_ERROR(MPI_Type_get_contents(MPI_INT, 8, 8, 4, ints, addresses, types),
                MPI_ERR_TYPE);
    MPI_Type_get_envelope(MPI_INT, &n, &a, &d, &combiner);
    CHECK(n == 0 && a == 0 && d == 0 && combiner == MPI_COMBINER_NAMED);
    MPI_Type_free(&copy);
    MPI_Type_free(&indexed);
}

static void large_forms(void)
{
    MPI_Count lengths[] = { 1, 2 }, places[] = { 0, 24 }, counts[8], c, n, a, d;
    MPI_Datatype types[] = { MPI_DOUBLE, MPI_INT }, mixed, got[2];
    int ints[4], small[4], combiner;
    MPI_Aint addresses[1];
    MPI_Type_create_struct_c(2, lengths, places, types, &mixed);
    MPI_Type_get_envelope_c(mixed, &n, &a, &c, &d, &combiner);
    CHECK(n == 0 && a == 0 && c == 5 && d == 2);
    CHECK(combiner == MPI_COMBINER_STRUCT);
    MPI_Type_get_contents_c(mixed, 0, 0, 5, 2, ints, addresses, counts, got);
    CHECK(counts[0] == 2 && counts[2] == 2 && counts[4] == 24);
    CHECK(got[0] == MPI_DOUBLE && got[1] == MPI_INT);
    CHECK_ERROR(MPI_Type_get_envelope(mixed, &small[0], &small[1], &small[2],
                                      &combiner), MPI_ERR_TYPE);
    MPI_Type_free(&mixed);
}

/* Each rank of the grid packs its part: together they have every element, and
 * each once. */
static void distributed(int order, const int *kinds, const int *args)
{
    int sizes[2] = { 7, 10 }, grid[2] = { 2, 3 }, seen[70] = { 0 };
    int whole[70], part[70];
    for (int i = 0; i < 70; i++)
        whole[i] = i;
    for (int r = 0; r < 6; r++) {
        MPI_Datatype t;
        MPI_Aint lb, extent;
        int bytes, position = 0, n, a, d, combiner;
        MPI_Type_create_darray(6, r, 2, sizes, kinds, args, grid, order,
                               MPI_INT, &t);
        MPI_Type_commit(&t);
        MPI_Type_get_extent(t, &lb, &extent);
        CHECK(lb == 0 && extent == 70 * sizeof(int));
        MPI_Type_size(t, &bytes);
        MPI_Pack(whole, 1, t, part, sizeof part, &position, MPI_COMM_SELF);
        for (int i = 0; i < bytes / (int)sizeof(int); i++)
            seen[part[i]]++;
        MPI_Type_get_envelope(t, &n, &a, &d, &combiner);
        CHECK(n == 12 && a == 0 && d == 1 && combiner == MPI_COMBINER_DARRAY);
        MPI_Type_free(&t);
    }
    for (int i = 0; i < 70; i++)
        CHECK(seen[i] == 1);
}

#define PAIR(a, b) (const int[2]){ a, b }

static void all_distributions(void)
{
    static const int orders[] = { MPI_ORDER_C, MPI_ORDER_FORTRAN };
    const int whole = MPI_DISTRIBUTE_DFLT_DARG;
    for (int i = 0; i < 2; i++) {
        distributed(orders[i],
                    PAIR(MPI_DISTRIBUTE_BLOCK, MPI_DISTRIBUTE_BLOCK),
                    PAIR(whole, 4));
        distributed(orders[i],
                    PAIR(MPI_DISTRIBUTE_CYCLIC, MPI_DISTRIBUTE_CYCLIC),
                    PAIR(whole, 2));
        distributed(orders[i],
                    PAIR(MPI_DISTRIBUTE_CYCLIC, MPI_DISTRIBUTE_BLOCK),
                    PAIR(3, whole));
    }
    MPI_Datatype t;
    int size = 10, kind = MPI_DISTRIBUTE_BLOCK, small = 2, grid = 3;
    CHECK_ERROR(MPI_Type_create_darray(3, 0, 1, &size, &kind, &small, &grid,
                                       MPI_ORDER_C, MPI_INT, &t), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Type_create_darray(4, 0, 1, &size, &kind, &whole, &grid,
                                       MPI_ORDER_C, MPI_INT, &t), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Type_create_darray(3, 3, 1, &size, &kind, &whole, &grid,
                                       MPI_ORDER_C, MPI_INT, &t), MPI_ERR_RANK);
}

static void found(void)
{
    MPI_Datatype t;
    int size;
    MPI_Count n;
    MPI_Type_match_size(MPI_TYPECLASS_REAL, sizeof(double), &t);
    MPI_Type_size(t, &size);
    CHECK(size == sizeof(double));
    MPI_Type_match_size(MPI_TYPECLASS_INTEGER, 4, &t);
    MPI_Type_size_x(t, &n);
    CHECK(n == 4);
    CHECK_ERROR(MPI_Type_match_size(MPI_TYPECLASS_REAL, 3, &t), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Type_match_size(77, 4, &t), MPI_ERR_ARG);
    MPI_Type_get_value_index(MPI_DOUBLE, MPI_INT, &t);
    CHECK(t == MPI_DOUBLE_INT);
    MPI_Type_get_value_index(MPI_DOUBLE, MPI_CHAR, &t);
    CHECK(t == MPI_DATATYPE_NULL);
}

int main(void)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    int_forms();
    large_forms();
    all_distributions();
    found();
    MPI_Info info;
    char value[8];
    int flag, room = sizeof value;
    MPI_Abi_get_info(&info);
    MPI_Info_get_string(info, "mpi_count_size", &room, value, &flag);
    CHECK(flag && atoi(value) == sizeof(MPI_Count));
    MPI_Info_free(&info);
    MPI_Finalize();
    return 0;
}
