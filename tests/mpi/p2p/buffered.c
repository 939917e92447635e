/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buffered sends complete before their receive is posted, at any size; their
 * buffer is that of the communicator before that of the process, gives room
 * back, refuses what does not fit, and is flushed when it is detached.
 *
 * ranks: 1 2
 */
#include <stdlib.h>

#include "../check.h"

enum { BYTES = 300000 };

static int rank, other;
static char data[BYTES], room[BYTES];
static char memory[4 * (BYTES + MPI_BSEND_OVERHEAD)];

static void attach(int messages)
{
    MPI_Buffer_attach(memory, messages * (BYTES + MPI_BSEND_OVERHEAD));
}

static void detach(int messages)
{
    void *where;
    int bytes;
    MPI_Buffer_detach(&where, &bytes);
    CHECK(where == memory);
    CHECK(bytes == messages * (BYTES + MPI_BSEND_OVERHEAD));
}

static void receive(int tag, char first)
{
    MPI_Status s;
    int n;
    MPI_Recv(room, BYTES, MPI_CHAR, other, tag, MPI_COMM_WORLD, &s);
    MPI_Get_count(&s, MPI_CHAR, &n);
    CHECK(n == BYTES && room[0] == first && room[BYTES - 1] == first);
}

/* All ranks send first; the data may be overwritten at once. */
static void sends_first(void)
{
    attach(3);
    for (int i = 0; i < 3; i++) {
        memset(data, 'a' + i, BYTES);
        MPI_Bsend(data, BYTES, MPI_CHAR, other, i, MPI_COMM_WORLD);
    }
    memset(data, 'x', BYTES);
    for (int i = 2; i >= 0; i--)
        receive(i, (char)('a' + i));
    /* The other may not have received all yet. Room is given back: many more
     * than fit at once. */
    MPI_Buffer_flush();
    for (int i = 0; i < 10; i++) {
        MPI_Request r;
        memset(data, 'A' + i, BYTES);
        CHECK(MPI_Ibsend(data, BYTES, MPI_CHAR, other, i, MPI_COMM_WORLD,
                         &r) == MPI_SUCCESS);
        MPI_Wait(&r, MPI_STATUS_IGNORE);
        receive(i, (char)('A' + i));
        MPI_Buffer_flush();
    }
    detach(3);
}

static void no_room(void)
{
    CHECK_ERROR(MPI_Bsend(data, 1, MPI_CHAR, other, 0, MPI_COMM_WORLD),
                MPI_ERR_BUFFER);
    attach(1);
    CHECK_ERROR(MPI_Buffer_attach(memory, 100), MPI_ERR_BUFFER);
    CHECK_ERROR(MPI_Buffer_attach(memory, -1), MPI_ERR_ARG);
    MPI_Bsend(data, BYTES, MPI_CHAR, other, 0, MPI_COMM_WORLD);
    CHECK_ERROR(MPI_Bsend(data, BYTES, MPI_CHAR, other, 0, MPI_COMM_WORLD),
                MPI_ERR_BUFFER);
    MPI_Request flush;
    MPI_Buffer_iflush(&flush);
    if (other != rank) {
        int flag;
        MPI_Test(&flush, &flag, MPI_STATUS_IGNORE);
        CHECK(!flag); /* the other posts its receive after the barrier only */
        MPI_Barrier(MPI_COMM_WORLD);
    }
    receive(0, 'J');
    MPI_Wait(&flush, MPI_STATUS_IGNORE);
    detach(1);
}

static void of_communicator(void)
{
    static char small[1000 + MPI_BSEND_OVERHEAD];
    MPI_Comm copy;
    void *where;
    int bytes;
    MPI_Count bytes_c;
    MPI_Comm_dup(MPI_COMM_WORLD, &copy);
    attach(1);
    MPI_Comm_attach_buffer(copy, small, sizeof small);
    CHECK_ERROR(MPI_Bsend(data, 2000, MPI_CHAR, other, 0, copy),
                MPI_ERR_BUFFER);
    MPI_Bsend(data, 1000, MPI_CHAR, other, 0, copy);
    MPI_Recv(room, BYTES, MPI_CHAR, other, 0, copy, MPI_STATUS_IGNORE);
    MPI_Comm_flush_buffer(copy);
    MPI_Request flush;
    MPI_Bsend(data, 900, MPI_CHAR, other, 1, copy);
    MPI_Comm_iflush_buffer(copy, &flush);
    MPI_Recv(room, BYTES, MPI_CHAR, other, 1, copy, MPI_STATUS_IGNORE);
    MPI_Wait(&flush, MPI_STATUS_IGNORE);
    CHECK(flush == MPI_REQUEST_NULL);
    CHECK(MPI_Bsend(data, 1000, MPI_CHAR, other, 2, copy) == MPI_SUCCESS);
    MPI_Recv(room, BYTES, MPI_CHAR, other, 2, copy, MPI_STATUS_IGNORE);
    MPI_Comm_detach_buffer(copy, &where, &bytes);
    CHECK(where == small && bytes == sizeof small);
    MPI_Comm_attach_buffer_c(copy, MPI_BUFFER_AUTOMATIC, 0);
    for (int i = 0; i < 20; i++)
        MPI_Bsend(data, BYTES, MPI_CHAR, other, i, copy);
    for (int i = 0; i < 20; i++)
        MPI_Recv(room, BYTES, MPI_CHAR, other, i, copy, MPI_STATUS_IGNORE);
    MPI_Comm_detach_buffer_c(copy, &where, &bytes_c);
    CHECK(where == MPI_BUFFER_AUTOMATIC && bytes_c == 0);
    MPI_Comm_free(&copy);
    detach(1);
}

/* A strided type is packed. */
static void strided(void)
{
    MPI_Datatype column;
    int matrix[10][10], got[10];
    for (int i = 0; i < 100; i++)
        matrix[i / 10][i % 10] = i;
    MPI_Type_vector(10, 1, 10, MPI_INT, &column);
    MPI_Type_commit(&column);
    attach(1);
    MPI_Bsend(&matrix[0][3], 1, column, other, 5, MPI_COMM_WORLD);
    MPI_Recv(got, 10, MPI_INT, other, 5, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int i = 0; i < 10; i++)
        CHECK(got[i] == 10 * i + 3);
    MPI_Bsend(data, 1, MPI_CHAR, MPI_PROC_NULL, 5, MPI_COMM_WORLD);
    detach(1);
    MPI_Type_free(&column);
}

int main(void)
{
    int size;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    other = size - 1 - rank;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    sends_first();
    no_room();
    of_communicator();
    strided();
    attach(2); /* MPI_Finalize detaches */
    MPI_Bsend(data, BYTES, MPI_CHAR, other, 0, MPI_COMM_WORLD);
    receive(0, 'J');
    MPI_Finalize();
    return 0;
}
