/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Reduce_local with predefined and user operations, and a reduction by a
 * user's function over ranks, in rank order, on a derived datatype.
 *
 * ranks: 1 2 3 5
 */
#include "../check.h"

static MPI_Datatype seen;

/* Matrices of two by two; their product does not commute. */
static void multiply(void *in, void *inout, int *len, MPI_Datatype *type)
{
    const long *a = in;
    long *b = inout;
    for (int i = 0; i < *len; i++, a += 4, b += 4) {
        long c[4] = {a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3],
                     a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3]};
        memcpy(b, c, sizeof c);
    }
    seen = *type;
}

static void multiply_c(void *in, void *inout, MPI_Count *len,
                       MPI_Datatype *type)
{
    int n = (int)*len;
    multiply(in, inout, &n, type);
}

static void matrix_of(int rank, long m[4])
{
    m[0] = 1;
    m[1] = rank + 1;
    m[2] = rank % 2;
    m[3] = 2;
}

static void over_ranks(MPI_Op op, MPI_Datatype matrix, int rank, int size)
{
    long mine[4], product[4], want[4], next[4];
    int one = 1;
    matrix_of(rank, mine);
    MPI_Allreduce(mine, product, 1, matrix, op, MPI_COMM_WORLD);
    matrix_of(size - 1, want);
    for (int i = size - 2; i >= 0; i--) {
        matrix_of(i, next);
        multiply(next, want, &one, &matrix);
    }
    CHECK(memcmp(product, want, sizeof want) == 0);
}

/* The function sees the handle the user has. */
static void by_user(MPI_Op op, MPI_Datatype matrix)
{
    long a[8], b[8] = {1, 0, 0, 1, 1, 0, 0, 1};
    matrix_of(3, a);
    matrix_of(4, a + 4);
    MPI_Reduce_local(a, b, 2, matrix, op);
    CHECK(memcmp(a, b, sizeof a) == 0);
    CHECK(seen == matrix);
}

static void local(void)
{
    int a[] = {1, 5, -3}, b[] = {4, 2, -8}, commute;
    MPI_Reduce_local(a, b, 3, MPI_INT, MPI_MAX);
    CHECK(b[0] == 4 && b[1] == 5 && b[2] == -3);
    MPI_Reduce_local_c(a, b, 2, MPI_INT, MPI_SUM);
    CHECK(b[0] == 5 && b[1] == 10 && b[2] == -3);
    MPI_Op_commutative(MPI_SUM, &commute);
    CHECK(commute);
    CHECK(MPI_Op_toint(MPI_SUM) == 0x21 && MPI_Op_fromint(0x21) == MPI_SUM);
}

int main(void)
{
    int rank, size, commute;
    MPI_Op op, op_c;
    MPI_Datatype matrix;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Type_contiguous(4, MPI_LONG, &matrix);
    MPI_Type_commit(&matrix);
    MPI_Op_create(multiply, 0, &op);
    MPI_Op_create_c(multiply_c, 0, &op_c);
    MPI_Op_commutative(op, &commute);
    CHECK(!commute);
    CHECK(MPI_Op_fromint(MPI_Op_toint(op)) == op);
    local();
    by_user(op, matrix);
    by_user(op_c, matrix);
    over_ranks(op, matrix, rank, size);
    over_ranks(op_c, matrix, rank, size);
    MPI_Op_free(&op);
    MPI_Op_free(&op_c);
    CHECK(op == MPI_OP_NULL);
    MPI_Type_free(&matrix);
    MPI_Finalize();
    return 0;
}
