/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sizes, extents, handles and life of datatypes.
 *
 * ranks: 1
 */
#include <limits.h>

#include "kinds.h"

static void check_bounds(MPI_Datatype t, const int want[5])
{
    int size;
    MPI_Count large, lb_c, extent_c;
    MPI_Aint lb, extent, true_lb, true_extent;
    MPI_Type_size(t, &size);
    MPI_Type_size_c(t, &large);
    MPI_Type_get_extent(t, &lb, &extent);
    MPI_Type_get_extent_c(t, &lb_c, &extent_c);
    MPI_Type_get_true_extent(t, &true_lb, &true_extent);
    CHECK(size == want[0] && large == size);
    CHECK(lb == want[1] && extent == want[2]);
    CHECK(lb_c == lb && extent_c == extent);
    CHECK(true_lb == want[3] && true_extent == want[4]);
    MPI_Type_get_true_extent_c(t, &lb_c, &extent_c);
    CHECK(lb_c == true_lb && extent_c == true_extent);
}

/* size, lb, extent, true lb, true extent by the definitions of MPI 5.0, 5.1;
 * found extents are rounded up to the alignment of the basic types. */
static const int kinds[KINDS][5] = {
    [0] = {20, 0, 20, 0, 20},    [1] = {7, 0, 13, 0, 13},
    [2] = {40, 0, 104, 0, 104},  [3] = {24, -32, 40, -32, 40},
    [4] = {30, 0, 92, 0, 92},    [5] = {32, 12, 72, 12, 72},
    [6] = {16, 1, 104, 1, 103},  [7] = {96, 48, 464, 48, 460},
    [8] = {24, 1, 106, 1, 105},  [9] = {27, 0, 40, 0, 34},
    [10] = {72, 0, 480, 176, 188}, [11] = {72, 0, 480, 32, 276},
    [12] = {216, 0, 440, 0, 434},  [13] = {32, -4, 160, 12, 72},
    [14] = {576, 0, 5280, 176, 4988}, [15] = {54, 0, 72, 0, 72},
    [16] = {81, -4, 480, 0, 354},
};

static void predefined(void)
{
    check_bounds(MPI_INT, (int[]){4, 0, 4, 0, 4});
    check_bounds(MPI_DOUBLE_INT, (int[]){12, 0, 16, 0, 12});
    check_bounds(MPI_SHORT_INT, (int[]){6, 0, 8, 0, 8});
    check_bounds(MPI_LONG_DOUBLE_INT, (int[]){20, 0, 32, 0, 20});
    check_bounds(MPI_COMPLEX16, (int[]){16, 0, 16, 0, 16});
    check_bounds(MPI_REAL2, (int[]){2, 0, 2, 0, 2});
    check_bounds(MPI_COMPLEX4, (int[]){4, 0, 4, 0, 4});
}

static void large(void)
{
    MPI_Datatype t, huge;
    int size;
    MPI_Count count;
    MPI_Type_contiguous_c((MPI_Count)INT_MAX + 1, MPI_INT, &t);
    MPI_Type_size(t, &size);
    MPI_Type_size_c(t, &count);
    CHECK(size == MPI_UNDEFINED);
    CHECK(count == ((MPI_Count)INT_MAX + 1) * 4);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    CHECK_ERROR(MPI_Type_contiguous_c((MPI_Count)1 << 60, t, &huge),
                MPI_ERR_COUNT);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_ARE_FATAL);
    MPI_Type_free(&t);
}

static void handles(void)
{
    MPI_Datatype a, b;
    CHECK(MPI_Type_toint(MPI_INT) == 0x209);
    CHECK(MPI_Type_fromint(0x209) == MPI_INT);
    MPI_Type_vector(2, 1, 2, MPI_INT, &a);
    int number = MPI_Type_toint(a);
    CHECK(number >= 4096 && MPI_Type_fromint(number) == a);
    MPI_Type_free(&a);
    CHECK(a == MPI_DATATYPE_NULL);
    MPI_Type_contiguous(2, MPI_INT, &b);
    MPI_Type_commit(&b);
    MPI_Type_commit(&b);
    MPI_Type_free(&b);
}

int main(void)
{
    MPI_Init(NULL, NULL);
    predefined();
    for (int kind = 0; kind < KINDS; kind++) {
        MPI_Datatype t = kind_type(kind);
        check_bounds(t, kinds[kind]);
        MPI_Type_free(&t);
    }
    large();
    handles();
    MPI_Finalize();
    return 0;
}
