/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Persistent requests are started again and again, in all modes and at all
 * sizes; inactive ones count as nothing; a freed one still ends; errors come
 * from each start.
 *
 * ranks: 1 2 3
 */
#include <stdlib.h>

#include "../check.h"

static int rank, size, right, left;

static void rounds(int count)
{
    MPI_Request r[5];
    MPI_Status s[5];
    int *out = calloc((size_t)count + 1, sizeof *out);
    int *in[4];
    for (int i = 0; i < 4; i++) {
        in[i] = calloc((size_t)count + 1, sizeof(int));
        MPI_Recv_init(in[i], count, MPI_INT, left, i, MPI_COMM_WORLD, &r[i]);
    }
    MPI_Request sends[4];
    MPI_Send_init(out, count, MPI_INT, right, 0, MPI_COMM_WORLD, &sends[0]);
    MPI_Ssend_init(out, count, MPI_INT, right, 1, MPI_COMM_WORLD, &sends[1]);
    MPI_Rsend_init(out, count, MPI_INT, right, 2, MPI_COMM_WORLD, &sends[2]);
    MPI_Bsend_init(out, count, MPI_INT, right, 3, MPI_COMM_WORLD, &sends[3]);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < count; i++)
            out[i] = rank * 1000000 + round * 1000 + i;
        MPI_Startall(4, r);
        MPI_Barrier(MPI_COMM_WORLD); /* the ready send needs its receive */
        MPI_Startall(4, sends);
        MPI_Waitall(4, sends, MPI_STATUSES_IGNORE);
        MPI_Waitall(4, r, s);
        for (int k = 0; k < 4; k++) {
            CHECK(s[k].MPI_SOURCE == left && s[k].MPI_TAG == k);
            for (int i = 0; i < count; i++)
                CHECK(in[k][i] == left * 1000000 + round * 1000 + i);
        }
    }
    for (int i = 0; i < 4; i++) {
        CHECK(r[i] != MPI_REQUEST_NULL);
        MPI_Request_free(&r[i]);
        MPI_Request_free(&sends[i]);
        CHECK(r[i] == MPI_REQUEST_NULL);
        free(in[i]);
    }
    free(out);
}

static void inactive(void)
{
    MPI_Request r[2];
    MPI_Status s;
    int flag, index, some, indices[2], in;
    MPI_Recv_init(&in, 1, MPI_INT, left, 9, MPI_COMM_WORLD, &r[0]);
    r[1] = MPI_REQUEST_NULL;
    MPI_Wait(&r[0], &s);
    CHECK(r[0] != MPI_REQUEST_NULL && s.MPI_SOURCE == MPI_ANY_SOURCE);
    MPI_Test(&r[0], &flag, &s);
    CHECK(flag && s.MPI_TAG == MPI_ANY_TAG);
    MPI_Waitany(2, r, &index, &s);
    CHECK(index == MPI_UNDEFINED);
    MPI_Testsome(2, r, &some, indices, MPI_STATUSES_IGNORE);
    CHECK(some == MPI_UNDEFINED);
    MPI_Waitall(2, r, MPI_STATUSES_IGNORE);
    CHECK_ERROR(MPI_Start(&r[1]), MPI_ERR_REQUEST);
    MPI_Start(&r[0]);
    CHECK_ERROR(MPI_Start(&r[0]), MPI_ERR_REQUEST);
    MPI_Request once;
    MPI_Isend(&rank, 1, MPI_INT, right, 9, MPI_COMM_WORLD, &once);
    CHECK_ERROR(MPI_Start(&once), MPI_ERR_REQUEST);
    MPI_Waitany(2, r, &index, &s);
    CHECK(index == 0 && in == left && s.MPI_SOURCE == left);
    MPI_Wait(&once, MPI_STATUS_IGNORE);
    MPI_Request_free(&r[0]);
}

/* The user lets go while it is under way; the message still comes. */
static void freed(void)
{
    MPI_Request r;
    int in = -1;
    MPI_Recv_init(&in, 1, MPI_INT, left, 10, MPI_COMM_WORLD, &r);
    MPI_Start(&r);
    MPI_Request_free(&r);
    MPI_Send(&rank, 1, MPI_INT, right, 10, MPI_COMM_WORLD);
    MPI_Barrier(MPI_COMM_WORLD);
    for (volatile int *arrived = &in; *arrived == -1;) {
        int flag;
        MPI_Iprobe(left, 11, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
    }
    CHECK(in == left);
}

static void cancelled_and_wrong(void)
{
    MPI_Request r;
    MPI_Status s;
    int flag;
    char room[8], data[16] = "";
    MPI_Recv_init(room, 8, MPI_CHAR, MPI_ANY_SOURCE, 12, MPI_COMM_WORLD, &r);
    MPI_Start(&r);
    MPI_Cancel(&r);
    MPI_Wait(&r, &s);
    MPI_Test_cancelled(&s, &flag);
    CHECK(flag);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Start(&r);
    MPI_Send(data, 16, MPI_CHAR, right, 12, MPI_COMM_WORLD);
    CHECK_ERROR(MPI_Wait(&r, &s), MPI_ERR_TRUNCATE);
    MPI_Start(&r);
    MPI_Send(data, 8, MPI_CHAR, right, 12, MPI_COMM_WORLD);
    MPI_Wait(&r, &s);
    MPI_Test_cancelled(&s, &flag);
    CHECK(!flag && s.MPI_SOURCE == left);
    MPI_Request_free(&r);
    CHECK_ERROR(MPI_Send_init(data, -1, MPI_CHAR, 0, 0, MPI_COMM_WORLD, &r),
                MPI_ERR_COUNT);
    CHECK_ERROR(MPI_Recv_init(data, 1, MPI_CHAR, size, 0, MPI_COMM_WORLD, &r),
                MPI_ERR_RANK);
}

int main(void)
{
    static const int counts[] = { 0, 1, 1000, 100000 };
    static char buffer[500000 + MPI_BSEND_OVERHEAD];
    MPI_Init(NULL, NULL);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    right = (rank + 1) % size;
    left = (rank + size - 1) % size;
    MPI_Buffer_attach(buffer, sizeof buffer);
    for (int i = 0; i < 4; i++)
        rounds(counts[i]);
    inactive();
    freed();
    cancelled_and_wrong();
    MPI_Finalize();
    return 0;
}
