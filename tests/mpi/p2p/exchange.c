/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exchanges that replace what they send, and nonblocking ones, in a ring.
 *
 * ranks: 1 2 3
 */
#include <stdlib.h>

#include "../check.h"

static int rank, size, right, left;

static void fill(int *data, int count, int who)
{
    for (int i = 0; i < count; i++)
        data[i] = who * 1000 + i;
}

static void check(const int *data, int count, int who)
{
    for (int i = 0; i < count; i++)
        CHECK(data[i] == who * 1000 + i);
}

static void ring(int count)
{
    int *a = malloc(sizeof(int) * (size_t)(count + 1));
    int *b = malloc(sizeof(int) * (size_t)(count + 1));
    MPI_Request r[2];
    MPI_Status s[2];
    fill(a, count, rank);
    MPI_Sendrecv_replace(a, count, MPI_INT, right, 1, left, 1, MPI_COMM_WORLD,
                         &s[0]);
    check(a, count, left);
    CHECK(s[0].MPI_SOURCE == left);
    fill(a, count, rank);
    MPI_Isendrecv(a, count, MPI_INT, right, 2, b, count, MPI_INT, left, 2,
                  MPI_COMM_WORLD, &r[0]);
    MPI_Wait(&r[0], &s[0]);
    check(b, count, left);
    CHECK(s[0].MPI_SOURCE == left && s[0].MPI_TAG == 2);
    fill(b, count, rank);
    MPI_Isendrecv_replace(a, count, MPI_INT, right, 3, left, 3,
                          MPI_COMM_WORLD, &r[0]);
    MPI_Isendrecv_replace_c(b, count, MPI_INT, left, 4, right, 4,
                            MPI_COMM_WORLD, &r[1]);
    MPI_Waitall(2, r, s);
    check(a, count, left);
    check(b, count, right);
    free(a);
    free(b);
}

static void ends(void)
{
    int value = 5;
    MPI_Status s;
    MPI_Request r;
    MPI_Sendrecv_replace(&value, 1, MPI_INT, MPI_PROC_NULL, 0, MPI_PROC_NULL,
                         0, MPI_COMM_WORLD, &s);
    CHECK(value == 5 && s.MPI_SOURCE == MPI_PROC_NULL);
    char room[4], data[8] = "";
    MPI_Isendrecv(data, 8, MPI_CHAR, right, 0, room, 4, MPI_CHAR, left, 0,
                  MPI_COMM_WORLD, &r);
    CHECK_ERROR(MPI_Wait(&r, &s), MPI_ERR_TRUNCATE);
    CHECK_ERROR(MPI_Sendrecv_replace(&value, 1, MPI_INT, size, 0, 0, 0,
                                     MPI_COMM_WORLD, &s), MPI_ERR_RANK);
    CHECK_ERROR(MPI_Isendrecv_replace(&value, 1, MPI_INT, 0, -7, 0, 0,
                                      MPI_COMM_WORLD, &r), MPI_ERR_TAG);
}

int main(void)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    right = (rank + 1) % size;
    left = (rank + size - 1) % size;
    ring(0);
    ring(10);
    ring(200000);
    ends();
    MPI_Finalize();
    return 0;
}
