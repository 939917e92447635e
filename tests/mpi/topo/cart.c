/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Grids: ranks and coordinates are each other's inverse, shifts meet,
 * sub-grids keep their dimensions, and dimensions are as equal as can be.
 *
 * ranks: 1 4 6
 */
#include "../check.h"

static int rank, size;

static void dims(int nodes, int n, const int *given, const int *wanted)
{
    int found[5];
    memcpy(found, given, sizeof(int) * (size_t)n);
    MPI_Dims_create(nodes, n, found);
    for (int i = 0; i < n; i++)
        CHECK(found[i] == wanted[i]);
}

#define LIST(...) (const int[]){ __VA_ARGS__ }

static void all_dims(void)
{
    dims(6, 2, LIST(0, 0), LIST(3, 2));
    dims(7, 2, LIST(0, 0), LIST(7, 1));
    dims(6, 3, LIST(0, 3, 0), LIST(2, 3, 1));
    dims(64, 3, LIST(0, 0, 0), LIST(4, 4, 4));
    dims(36, 2, LIST(0, 0), LIST(6, 6));
    dims(1024, 3, LIST(0, 0, 0), LIST(16, 8, 8));
    dims(16, 4, LIST(0, 0, 0, 0), LIST(2, 2, 2, 2));
    dims(1, 3, LIST(0, 0, 0), LIST(1, 1, 1));
    dims(2147483647, 2, LIST(0, 0), LIST(2147483647, 1));
    dims(1073741824, 4, LIST(0, 0, 0, 0), LIST(256, 256, 128, 128));
    dims(2095133040, 2, LIST(0, 0), LIST(46189, 45360));
    dims(98784, 5, LIST(0, 0, 0, 0, 0), LIST(14, 14, 9, 8, 7));
    int wrong[] = { 0, 3 };
    CHECK_ERROR(MPI_Dims_create(7, 2, wrong), MPI_ERR_DIMS);
    wrong[0] = -1;
    CHECK_ERROR(MPI_Dims_create(6, 2, wrong), MPI_ERR_DIMS);
}

static void grid(int reorder)
{
    int dims[2] = { 0, 0 }, periods[2] = { 1, 0 }, got[2], cycles[2], at[2];
    MPI_Comm cart, copy;
    int own, n, kind, source, dest;
    MPI_Dims_create(size, 2, dims);
    MPI_Cart_create(MPI_COMM_WORLD, 2, dims, periods, reorder, &cart);
    MPI_Comm_rank(cart, &own);
    CHECK(reorder || own == rank);
    MPI_Topo_test(cart, &kind);
    CHECK(kind == MPI_CART);
    MPI_Comm_dup(cart, &copy);
    MPI_Cartdim_get(copy, &n);
    CHECK(n == 2);
    MPI_Cart_get(copy, 2, got, cycles, at);
    CHECK(got[0] == dims[0] && got[1] == dims[1] && cycles[0] && !cycles[1]);
    CHECK(at[0] * dims[1] + at[1] == own);
    for (int r = 0; r < size; r++) {
        MPI_Cart_coords(cart, r, 2, got);
        MPI_Cart_rank(cart, got, &n);
        CHECK(n == r);
    }
    got[0] = -1;
    got[1] = 0;
    MPI_Cart_rank(cart, got, &n);
    CHECK(n == (dims[0] - 1) * dims[1]);
    got[1] = dims[1];
    CHECK_ERROR(MPI_Cart_rank(cart, got, &n), MPI_ERR_RANK);
    MPI_Cart_shift(cart, 0, 1, &source, &dest);
    MPI_Sendrecv(&own, 1, MPI_INT, dest, 0, &n, 1, MPI_INT, source, 0, cart,
                 MPI_STATUS_IGNORE);
    CHECK(n == source);
    MPI_Cart_shift(cart, 1, 1, &source, &dest);
    CHECK((source == MPI_PROC_NULL) == (at[1] == 0));
    CHECK((dest == MPI_PROC_NULL) == (at[1] == dims[1] - 1));
    CHECK_ERROR(MPI_Cart_shift(cart, 2, 1, &source, &dest), MPI_ERR_DIMS);
    MPI_Comm_free(&copy);
    MPI_Comm_free(&cart);
}

static void parts(void)
{
    int dims[3] = { 0, 0, 1 }, periods[3] = { 0, 1, 1 }, remain[3] = { 0, 1, 1 };
    int at[3], got[2], cycles[2], own[2], n;
    MPI_Comm cart, row, point;
    MPI_Dims_create(size, 3, dims);
    MPI_Cart_create(MPI_COMM_WORLD, 3, dims, periods, 0, &cart);
    MPI_Cart_coords(cart, rank, 3, at);
    MPI_Cart_sub(cart, remain, &row);
    MPI_Cart_get(row, 2, got, cycles, own);
    CHECK(got[0] == dims[1] && got[1] == 1 && cycles[0] && cycles[1]);
    CHECK(own[0] == at[1] && own[1] == 0);
    remain[1] = remain[2] = 0;
    MPI_Cart_sub(cart, remain, &point);
    MPI_Cartdim_get(point, &n);
    CHECK(n == 0);
    MPI_Comm_size(point, &n);
    CHECK(n == 1);
    MPI_Comm_free(&point);
    MPI_Comm_free(&row);
    MPI_Comm_free(&cart);
}

static void smaller(void)
{
    int dims[1] = { (size + 1) / 2 }, period = 0, place;
    MPI_Comm cart;
    MPI_Cart_map(MPI_COMM_WORLD, 1, dims, &period, &place);
    MPI_Cart_create(MPI_COMM_WORLD, 1, dims, &period, 0, &cart);
    CHECK((cart == MPI_COMM_NULL) == (rank >= dims[0]));
    CHECK(place == (rank < dims[0] ? rank : MPI_UNDEFINED));
    if (cart != MPI_COMM_NULL)
        MPI_Comm_free(&cart);
    dims[0] = size + 1;
    CHECK_ERROR(MPI_Cart_create(MPI_COMM_WORLD, 1, dims, &period, 0, &cart),
                MPI_ERR_DIMS);
    CHECK_ERROR(MPI_Cartdim_get(MPI_COMM_WORLD, &place), MPI_ERR_TOPOLOGY);
}

int main(void)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    all_dims();
    grid(0);
    grid(1);
    parts();
    smaller();
    MPI_Finalize();
    return 0;
}
