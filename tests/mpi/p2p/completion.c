/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wait and Test in all forms: null requests, indices, statuses, requests that
 * are freed before they complete, and MPI_PROC_NULL.
 *
 * ranks: 2
 */
#include "check.h"

enum { COUNT = 8 };

static int rank, peer;

/* Rank 0 starts COUNT receives, the other sends to them in reverse order. */
static void start(int in[COUNT], MPI_Request r[COUNT])
{
    static int out[COUNT];
    for (int i = 0; i < COUNT; i++) {
        out[i] = i * i;
        in[i] = -1;
        r[i] = MPI_REQUEST_NULL;
    }
    if (rank == 0)
        for (int i = 0; i < COUNT; i++)
            MPI_Irecv(&in[i], 1, MPI_INT, peer, i, MPI_COMM_WORLD, &r[i]);
    else
        for (int i = COUNT - 1; i >= 0; i--)
            MPI_Send(&out[i], 1, MPI_INT, peer, i, MPI_COMM_WORLD);
}

static void check_all(const int in[COUNT])
{
    for (int i = 0; i < COUNT && rank == 0; i++)
        CHECK(in[i] == i * i);
}

static void by_any(void (*complete)(int, MPI_Request *, int *, MPI_Status *))
{
    int in[COUNT], index, seen = 0;
    MPI_Request r[COUNT];
    MPI_Status s;
    start(in, r);
    for (int i = 0; i < COUNT && rank == 0; i++) {
        complete(COUNT, r, &index, &s);
        CHECK(index >= 0 && index < COUNT && !(seen & 1 << index));
        CHECK(s.MPI_TAG == index && s.MPI_SOURCE == peer);
        CHECK(r[index] == MPI_REQUEST_NULL);
        seen |= 1 << index;
    }
    complete(COUNT, r, &index, &s);
    CHECK(index == MPI_UNDEFINED);
    check_all(in);
}

static void wait_any(int count, MPI_Request *r, int *index, MPI_Status *s)
{
    MPI_Waitany(count, r, index, s);
}

static void test_any(int count, MPI_Request *r, int *index, MPI_Status *s)
{
    int flag = 0;
    while (!flag)
        MPI_Testany(count, r, index, &flag, s);
}

static void by_some(int (*complete)(int, MPI_Request *, int *, int *,
                                    MPI_Status *))
{
    int in[COUNT], indices[COUNT], got = 0, found;
    MPI_Request r[COUNT];
    MPI_Status s[COUNT];
    start(in, r);
    while (rank == 0 && got < COUNT) {
        complete(COUNT, r, &found, indices, s);
        CHECK(found != MPI_UNDEFINED);
        for (int i = 0; i < found; i++)
            CHECK(s[i].MPI_TAG == indices[i]);
        got += found;
    }
    complete(COUNT, r, &found, indices, s);
    CHECK(found == MPI_UNDEFINED);
    check_all(in);
}

static void by_all(void)
{
    int in[COUNT], flag = 0;
    MPI_Request r[COUNT];
    MPI_Status s[COUNT];
    start(in, r);
    while (!flag)
        MPI_Testall(COUNT, r, &flag, s);
    check_all(in);
    start(in, r);
    CHECK(MPI_Waitall(COUNT, r, MPI_STATUSES_IGNORE) == MPI_SUCCESS);
    check_all(in);
}

static void one_by_one(void)
{
    int in[COUNT], flag, count;
    MPI_Request r[COUNT];
    MPI_Status s;
    start(in, r);
    for (int i = 0; i < COUNT; i++)
        if (i % 2)
            MPI_Wait(&r[i], MPI_STATUS_IGNORE);
        else
            for (flag = 0; !flag;)
                MPI_Test(&r[i], &flag, &s);
    check_all(in);
    MPI_Wait(&r[0], &s);
    MPI_Get_count(&s, MPI_INT, &count);
    CHECK(s.MPI_SOURCE == MPI_ANY_SOURCE && s.MPI_TAG == MPI_ANY_TAG);
    CHECK(count == 0);
}

/* What is freed early still arrives. */
static void freed(void)
{
    static char large[200000];
    MPI_Request r;
    if (rank == 0) {
        large[199999] = 9;
        MPI_Isend(large, 200000, MPI_CHAR, 1, 1, MPI_COMM_WORLD, &r);
        MPI_Request_free(&r);
        CHECK(r == MPI_REQUEST_NULL);
        MPI_Recv(NULL, 0, MPI_CHAR, 1, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else {
        MPI_Recv(large, 200000, MPI_CHAR, 0, 1, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
        CHECK(large[199999] == 9);
        MPI_Send(NULL, 0, MPI_CHAR, 0, 2, MPI_COMM_WORLD);
    }
}

static void nobody(void)
{
    int x = 5, count;
    MPI_Status s;
    MPI_Request r;
    MPI_Send(&x, 1, MPI_INT, MPI_PROC_NULL, 0, MPI_COMM_WORLD);
    MPI_Recv(&x, 1, MPI_INT, MPI_PROC_NULL, 0, MPI_COMM_WORLD, &s);
    MPI_Get_count(&s, MPI_INT, &count);
    CHECK(s.MPI_SOURCE == MPI_PROC_NULL && s.MPI_TAG == MPI_ANY_TAG);
    CHECK(count == 0 && x == 5);
    MPI_Irecv(&x, 1, MPI_INT, MPI_PROC_NULL, 0, MPI_COMM_WORLD, &r);
    MPI_Wait(&r, &s);
    CHECK(s.MPI_SOURCE == MPI_PROC_NULL);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    peer = 1 - rank;
    by_any(wait_any);
    by_any(test_any);
    by_some(MPI_Waitsome);
    by_some(MPI_Testsome);
    by_all();
    one_by_one();
    freed();
    nobody();
    MPI_Finalize();
    return 0;
}
