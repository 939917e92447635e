/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nonblocking copies of an intercommunicator: several at a time, each with
 * messages of its own, usable for collectives and for merging.
 *
 * ranks: 2 3 4
 */
#include "../check.h"

enum { N = 4 };

int main(int argc, char **argv)
{
    int rank, size;
    MPI_Comm half, inter, copies[N], both;
    MPI_Request requests[N];
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const int side = rank % 2;
    MPI_Comm_split(MPI_COMM_WORLD, side, rank, &half);
    MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, 1 - side, 3, &inter);
    for (int round = 0; round < 10; round++) {
        int mine, remote, is_inter;
        for (int i = 0; i < N; i++)
            MPI_Comm_idup(inter, &copies[i], &requests[i]);
        MPI_Waitall(N, requests, MPI_STATUSES_IGNORE);
        MPI_Comm_rank(inter, &mine);
        MPI_Comm_remote_size(inter, &remote);
        for (int i = 0; i < N; i++) {
            int result, sum, count;
            MPI_Comm_test_inter(copies[i], &is_inter);
            CHECK(is_inter);
            MPI_Comm_compare(copies[i], inter, &result);
            CHECK(result == MPI_CONGRUENT);
            /* The first pair, on all copies with one tag. */
            MPI_Request send;
            int got = -1, out = 10 * round + i;
            if (mine == 0)
                MPI_Isend(&out, 1, MPI_INT, 0, 1, copies[N - 1 - i], &send);
            if (mine == 0) {
                MPI_Recv(&got, 1, MPI_INT, 0, 1, copies[N - 1 - i],
                         MPI_STATUS_IGNORE);
                MPI_Wait(&send, MPI_STATUS_IGNORE);
                CHECK(got == out);
            }
            MPI_Allreduce(&(int){ 1 }, &sum, 1, MPI_INT, MPI_SUM, copies[i]);
            CHECK(sum == remote);
            MPI_Intercomm_merge(copies[i], side, &both);
            MPI_Comm_size(both, &count);
            CHECK(count == size);
            MPI_Comm_free(&both);
        }
        for (int i = 0; i < N; i++)
            MPI_Comm_free(&copies[i]);
    }
    MPI_Comm_free(&inter);
    MPI_Comm_free(&half);
    MPI_Finalize();
    return 0;
}
