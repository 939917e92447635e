/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Partitions become ready in any order and arrive as such, round after round,
 * whatever number of partitions the two sides have and whoever is first.
 *
 * ranks: 1 2 3
 */
#include <stdlib.h>

#include "../check.h"

static int rank, size, right, left;

struct shape {
    int sends, receives, bytes; /* partitions of each side; of the whole */
};

static void ready(MPI_Request send, int n, int round)
{
    int list[64];
    switch (round) {
    case 0:
        MPI_Pready_range(0, n - 1, send);
        break;
    case 1:
        for (int i = 0; i < n; i++)
            list[i] = n - 1 - i;
        MPI_Pready_list(n, list, send);
        break;
    default:
        for (int i = 0; i < n; i += 2)
            MPI_Pready(i, send);
        for (int i = 1; i < n; i += 2)
            MPI_Pready(i, send);
    }
}

static void rounds(struct shape shape, int receiver_first)
{
    char *out = malloc((size_t)shape.bytes + 1);
    char *in = malloc((size_t)shape.bytes + 1);
    MPI_Request r[2];
    MPI_Status s[2];
    MPI_Psend_init(out, shape.sends, shape.bytes / shape.sends, MPI_CHAR,
                   right, 3, MPI_COMM_WORLD, MPI_INFO_NULL, &r[0]);
    MPI_Precv_init(in, shape.receives, shape.bytes / shape.receives, MPI_CHAR,
                   left, 3, MPI_COMM_WORLD, MPI_INFO_NULL, &r[1]);
    for (int round = 0; round < 3; round++) {
        int n, flag = 0;
        memset(out, 'a' + round + rank, (size_t)shape.bytes);
        memset(in, 0, (size_t)shape.bytes);
        MPI_Start(&r[receiver_first]);
        MPI_Start(&r[!receiver_first]);
        ready(r[0], shape.sends, round);
        while (!flag)
            MPI_Parrived(r[1], shape.receives - 1, &flag);
        CHECK(in[shape.bytes - 1] == 'a' + round + left);
        MPI_Waitall(2, r, s);
        MPI_Get_count(&s[1], MPI_CHAR, &n);
        CHECK(n == shape.bytes && s[1].MPI_SOURCE == left &&
              s[1].MPI_TAG == 3);
        for (int i = 0; i < shape.bytes; i++)
            CHECK(in[i] == 'a' + round + left);
    }
    CHECK(r[0] != MPI_REQUEST_NULL);
    MPI_Request_free(&r[0]);
    MPI_Request_free(&r[1]);
    free(out);
    free(in);
}

/* Nothing arrives that is not ready; what is, arrives before the rest. */
static void one_by_one(void)
{
    enum { N = 4, COUNT = 10000 };
    static int out[N * COUNT], in[N * COUNT];
    MPI_Request r[2];
    int flag;
    for (int i = 0; i < N * COUNT; i++)
        out[i] = rank + i;
    MPI_Psend_init(out, N, COUNT, MPI_INT, right, 0, MPI_COMM_WORLD,
                   MPI_INFO_NULL, &r[0]);
    MPI_Precv_init(in, N, COUNT, MPI_INT, left, 0, MPI_COMM_WORLD,
                   MPI_INFO_NULL, &r[1]);
    MPI_Startall(2, r);
    for (int i = N - 1; i >= 0; i--) {
        for (int k = 0; k <= i; k++) {
            MPI_Parrived(r[1], k, &flag);
            CHECK(!flag);
        }
        MPI_Barrier(MPI_COMM_WORLD);
        MPI_Pready(i, r[0]);
        for (flag = 0; !flag;)
            MPI_Parrived(r[1], i, &flag);
        CHECK(in[i * COUNT] == left + i * COUNT);
        MPI_Barrier(MPI_COMM_WORLD);
    }
    MPI_Waitall(2, r, MPI_STATUSES_IGNORE);
    MPI_Request_free(&r[0]);
    MPI_Request_free(&r[1]);
}

/* A column of a matrix at the receiver. */
static void strided(void)
{
    int out[6], in[6][4] = { { 0 } };
    MPI_Datatype column;
    MPI_Request r[2];
    MPI_Type_vector(3, 1, 4, MPI_INT, &column);
    MPI_Type_create_resized(column, 0, sizeof(int), &column);
    MPI_Type_commit(&column);
    for (int i = 0; i < 6; i++)
        out[i] = rank * 10 + i;
    MPI_Psend_init(out, 3, 2, MPI_INT, right, 0, MPI_COMM_WORLD, MPI_INFO_NULL,
                   &r[0]);
    MPI_Precv_init(in, 2, 1, column, left, 0, MPI_COMM_WORLD, MPI_INFO_NULL,
                   &r[1]);
    MPI_Startall(2, r);
    MPI_Pready_range(0, 2, r[0]);
    MPI_Waitall(2, r, MPI_STATUSES_IGNORE);
    for (int i = 0; i < 6; i++)
        CHECK(in[i % 3][i / 3] == left * 10 + i);
    MPI_Request_free(&r[0]);
    MPI_Request_free(&r[1]);
    MPI_Type_free(&column);
}

static void refusals(void)
{
    char data[8] = "";
    MPI_Request r[2];
    int flag;
    MPI_Psend_init(data, 2, 4, MPI_CHAR, right, 0, MPI_COMM_WORLD,
                   MPI_INFO_NULL, &r[0]);
    MPI_Precv_init(data, 1, 4, MPI_CHAR, left, 0, MPI_COMM_WORLD,
                   MPI_INFO_NULL, &r[1]);
    CHECK_ERROR(MPI_Pready(0, r[0]), MPI_ERR_REQUEST);
    MPI_Startall(2, r);
    CHECK_ERROR(MPI_Pready(2, r[0]), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Pready(0, r[1]), MPI_ERR_REQUEST);
    CHECK_ERROR(MPI_Parrived(r[0], 0, &flag), MPI_ERR_REQUEST);
    MPI_Pready(0, r[0]);
    CHECK_ERROR(MPI_Pready(0, r[0]), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Wait(&r[1], MPI_STATUS_IGNORE), MPI_ERR_TRUNCATE);
    MPI_Request_free(&r[1]);
    CHECK_ERROR(MPI_Precv_init(data, 1, 4, MPI_CHAR, MPI_ANY_SOURCE, 0,
                               MPI_COMM_WORLD, MPI_INFO_NULL, &r[1]),
                MPI_ERR_RANK);
    CHECK_ERROR(MPI_Psend_init(data, -1, 4, MPI_CHAR, 0, 0, MPI_COMM_WORLD,
                               MPI_INFO_NULL, &r[1]), MPI_ERR_ARG);
    MPI_Pready(1, r[0]);
    MPI_Wait(&r[0], MPI_STATUS_IGNORE);
    MPI_Request_free(&r[0]);
}

int main(void)
{
    static const struct shape shapes[] = {
        { 1, 1, 60 }, { 4, 4, 1200 }, { 6, 4, 1200 }, { 3, 12, 240000 },
        { 60, 5, 600 },
    };
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    right = (rank + 1) % size;
    left = (rank + size - 1) % size;
    for (int i = 0; i < 5; i++) {
        rounds(shapes[i], 0);
        rounds(shapes[i], 1);
    }
    one_by_one();
    strided();
    MPI_Barrier(MPI_COMM_WORLD);
    refusals();
    MPI_Finalize();
    return 0;
}
