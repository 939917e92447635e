/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A matched message belongs to who has it: no other probe or receive meets it,
 * and it can be received at any later time, at any size.
 *
 * ranks: 1 2
 */
#include <stdlib.h>

#include "../check.h"

static int rank, other;

static void twice(int bytes)
{
    char *data = malloc((size_t)bytes + 1), *room = malloc((size_t)bytes + 1);
    MPI_Request sends[2], receive;
    MPI_Message first, second;
    MPI_Status s;
    int flag = 0, n;
    memset(data, 'd', (size_t)bytes + 1);
    MPI_Isend(data, bytes, MPI_CHAR, other, 1, MPI_COMM_WORLD, &sends[0]);
    MPI_Isend(data, bytes / 2, MPI_CHAR, other, 1, MPI_COMM_WORLD, &sends[1]);
    MPI_Mprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &first, &s);
    MPI_Get_count(&s, MPI_CHAR, &n);
    CHECK(n == bytes && s.MPI_SOURCE == other && s.MPI_TAG == 1);
    while (!flag)
        MPI_Improbe(other, 1, MPI_COMM_WORLD, &flag, &second, &s);
    MPI_Get_count(&s, MPI_CHAR, &n);
    CHECK(n == bytes / 2 && first != second);
    CHECK(MPI_Message_fromint(MPI_Message_toint(second)) == second);
    MPI_Iprobe(MPI_ANY_SOURCE, 1, MPI_COMM_WORLD, &flag, &s);
    CHECK(!flag);
    MPI_Imrecv(room, bytes, MPI_CHAR, &second, &receive);
    CHECK(second == MPI_MESSAGE_NULL);
    memset(room, 0, (size_t)bytes + 1);
    MPI_Wait(&receive, &s);
    MPI_Get_count(&s, MPI_CHAR, &n);
    CHECK(n == bytes / 2 && s.MPI_SOURCE == other && s.MPI_TAG == 1);
    MPI_Mrecv(room, bytes, MPI_CHAR, &first, &s);
    MPI_Get_count(&s, MPI_CHAR, &n);
    CHECK(n == bytes && first == MPI_MESSAGE_NULL);
    CHECK(memcmp(room, data, (size_t)bytes) == 0);
    MPI_Waitall(2, sends, MPI_STATUSES_IGNORE);
    MPI_Isend(data, bytes, MPI_CHAR, other, 2, MPI_COMM_WORLD, &sends[0]);
    MPI_Mprobe(other, 2, MPI_COMM_WORLD, &first, MPI_STATUS_IGNORE);
    if (bytes > 0)
        CHECK_ERROR(MPI_Mrecv(room, bytes - 1, MPI_CHAR, &first, &s),
                    MPI_ERR_TRUNCATE);
    else
        MPI_Mrecv(room, 0, MPI_CHAR, &first, &s);
    MPI_Wait(&sends[0], MPI_STATUS_IGNORE);
    free(data);
    free(room);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void nobody(void)
{
    MPI_Message m;
    MPI_Status s;
    int flag;
    MPI_Mprobe(MPI_PROC_NULL, 5, MPI_COMM_WORLD, &m, &s);
    CHECK(m == MPI_MESSAGE_NO_PROC && s.MPI_SOURCE == MPI_PROC_NULL);
    MPI_Mrecv(NULL, 0, MPI_CHAR, &m, &s);
    CHECK(m == MPI_MESSAGE_NULL && s.MPI_SOURCE == MPI_PROC_NULL);
    MPI_Improbe(MPI_PROC_NULL, 5, MPI_COMM_WORLD, &flag, &m, &s);
    CHECK(flag && m == MPI_MESSAGE_NO_PROC);
    m = MPI_MESSAGE_NULL;
    CHECK_ERROR(MPI_Mrecv(&flag, 1, MPI_INT, &m, &s), MPI_ERR_REQUEST);
    m = (MPI_Message)MPI_COMM_WORLD;
    CHECK_ERROR(MPI_Mrecv(&flag, 1, MPI_INT, &m, &s), MPI_ERR_REQUEST);
    CHECK_ERROR(MPI_Mprobe(77, 0, MPI_COMM_WORLD, &m, &s), MPI_ERR_RANK);
}

int main(void)
{
    static const int sizes[] = { 0, 100, 20000, 1000000 };
    int size;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    other = size - 1 - rank;
    for (int i = 0; i < 4; i++)
        twice(sizes[i]);
    nobody();
    MPI_Finalize();
    return 0;
}
