/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The forms with counts of type MPI_Count: what they send arrives, whatever
 * sends and whatever receives, and a count beyond int is taken as it is.
 *
 * ranks: 1 2
 */
#include <stdint.h>

#include "../check.h"

enum { COUNT = 70000, MODES = 4 };

/* It would be -1 if it were cut to an int. */
static const MPI_Count beyond = ((MPI_Count)1 << 32) - 1;

static int rank, other;
static int data[COUNT], room[COUNT];

static void fill(int *numbers, int first)
{
    for (int i = 0; i < COUNT; i++)
        numbers[i] = first + i;
}

static void check(const MPI_Status *status, const int *numbers, int first)
{
    MPI_Count n;
    MPI_Get_count_c(status, MPI_INT, &n);
    CHECK(n == COUNT);
    for (int i = 0; i < COUNT; i++)
        CHECK(numbers[i] == first + i);
}

/* A receive that is posted before anybody sends, as MPI_Rsend_c wants. */
static void post(MPI_Request *receive)
{
    fill(data, rank);
    memset(room, 0, sizeof room);
    MPI_Irecv_c(room, COUNT, MPI_INT, other, 1, MPI_COMM_WORLD, receive);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void arrived(MPI_Request *receive)
{
    MPI_Status status;
    MPI_Wait(receive, &status);
    check(&status, room, other);
}

static void blocking(void)
{
    int (*const sends[MODES])(const void *, MPI_Count, MPI_Datatype, int, int,
                              MPI_Comm) = {
        MPI_Send_c, MPI_Ssend_c, MPI_Bsend_c, MPI_Rsend_c
    };
    for (int i = 0; i < MODES; i++) {
        MPI_Request receive;
        post(&receive);
        sends[i](data, COUNT, MPI_INT, other, 1, MPI_COMM_WORLD);
        arrived(&receive);
        CHECK(sends[i](data, beyond, MPI_INT, MPI_PROC_NULL, 1,
                       MPI_COMM_WORLD) == MPI_SUCCESS);
        CHECK_ERROR(sends[i](data, INT64_MIN, MPI_INT, MPI_PROC_NULL, 1,
                             MPI_COMM_WORLD), MPI_ERR_COUNT);
    }
}

static void nonblocking(void)
{
    int (*const sends[MODES])(const void *, MPI_Count, MPI_Datatype, int, int,
                              MPI_Comm, MPI_Request *) = {
        MPI_Isend_c, MPI_Issend_c, MPI_Ibsend_c, MPI_Irsend_c
    };
    for (int i = 0; i < MODES; i++) {
        MPI_Request receive, send;
        post(&receive);
        sends[i](data, COUNT, MPI_INT, other, 1, MPI_COMM_WORLD, &send);
        arrived(&receive);
        MPI_Wait(&send, MPI_STATUS_IGNORE);
        CHECK(sends[i](data, beyond, MPI_INT, MPI_PROC_NULL, 1, MPI_COMM_WORLD,
                       &send) == MPI_SUCCESS);
        MPI_Wait(&send, MPI_STATUS_IGNORE);
        CHECK_ERROR(sends[i](data, INT64_MIN, MPI_INT, MPI_PROC_NULL, 1,
                             MPI_COMM_WORLD, &send), MPI_ERR_COUNT);
    }
}

static void persistent(void)
{
    int (*const inits[MODES])(const void *, MPI_Count, MPI_Datatype, int, int,
                              MPI_Comm, MPI_Request *) = {
        MPI_Send_init_c, MPI_Ssend_init_c, MPI_Bsend_init_c, MPI_Rsend_init_c
    };
    for (int i = 0; i < MODES; i++) {
        MPI_Request send, receive;
        MPI_Status status;
        inits[i](data, COUNT, MPI_INT, other, 1, MPI_COMM_WORLD, &send);
        MPI_Recv_init_c(room, COUNT, MPI_INT, other, 1, MPI_COMM_WORLD,
                        &receive);
        for (int round = 0; round < 3; round++) {
            fill(data, rank + round);
            MPI_Start(&receive);
            MPI_Barrier(MPI_COMM_WORLD);
            MPI_Start(&send);
            MPI_Wait(&send, MPI_STATUS_IGNORE);
            MPI_Wait(&receive, &status);
            check(&status, room, other + round);
        }
        MPI_Request_free(&send);
        MPI_Request_free(&receive);
        CHECK_ERROR(inits[i](data, INT64_MIN, MPI_INT, other, 1,
                             MPI_COMM_WORLD, &send), MPI_ERR_COUNT);
    }
}

/* The other receives, one way each of finding the message. */
static void receiving(void)
{
    for (int way = 0; way < 3; way++) {
        MPI_Request send, receive;
        MPI_Message message;
        MPI_Status status;
        fill(data, rank);
        memset(room, 0, sizeof room);
        MPI_Isend_c(data, COUNT, MPI_INT, other, 1, MPI_COMM_WORLD, &send);
        if (way == 0) {
            MPI_Recv_c(room, COUNT, MPI_INT, other, 1, MPI_COMM_WORLD,
                       &status);
        } else {
            MPI_Mprobe(other, 1, MPI_COMM_WORLD, &message, &status);
            if (way == 1) {
                MPI_Mrecv_c(room, COUNT, MPI_INT, &message, &status);
            } else {
                MPI_Imrecv_c(room, COUNT, MPI_INT, &message, &receive);
                MPI_Wait(&receive, &status);
            }
            CHECK(message == MPI_MESSAGE_NULL);
        }
        check(&status, room, other);
        MPI_Wait(&send, MPI_STATUS_IGNORE);
    }
    MPI_Message none = MPI_MESSAGE_NO_PROC;
    CHECK(MPI_Mrecv_c(room, beyond, MPI_INT, &none, MPI_STATUS_IGNORE) ==
          MPI_SUCCESS);
    CHECK(MPI_Recv_c(room, beyond, MPI_INT, MPI_PROC_NULL, 1, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE) == MPI_SUCCESS);
    CHECK_ERROR(MPI_Recv_c(room, INT64_MIN, MPI_INT, other, 1, MPI_COMM_WORLD,
                           MPI_STATUS_IGNORE), MPI_ERR_COUNT);
}

static void exchanging(void)
{
    MPI_Status status;
    MPI_Request request;
    fill(data, rank);
    memset(room, 0, sizeof room);
    MPI_Sendrecv_c(data, COUNT, MPI_INT, other, 1, room, COUNT, MPI_INT, other,
                   1, MPI_COMM_WORLD, &status);
    check(&status, room, other);
    memset(room, 0, sizeof room);
    MPI_Isendrecv_c(data, COUNT, MPI_INT, other, 2, room, COUNT, MPI_INT, other,
                    2, MPI_COMM_WORLD, &request);
    MPI_Wait(&request, &status);
    check(&status, room, other);
    MPI_Sendrecv_replace_c(data, COUNT, MPI_INT, other, 3, other, 3,
                           MPI_COMM_WORLD, &status);
    check(&status, data, other);
    CHECK(MPI_Sendrecv_c(data, beyond, MPI_INT, MPI_PROC_NULL, 1, room, beyond,
                         MPI_INT, MPI_PROC_NULL, 1, MPI_COMM_WORLD, &status) ==
          MPI_SUCCESS);
}

int main(void)
{
    static char memory[COUNT * sizeof(int) + MPI_BSEND_OVERHEAD];
    MPI_Count bytes;
    void *where;
    int size;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    other = size - 1 - rank;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Buffer_attach_c(memory, sizeof memory);
    blocking();
    nonblocking();
    persistent();
    MPI_Buffer_detach_c(&where, &bytes);
    CHECK(where == memory && bytes == (MPI_Count)sizeof memory);
    receiving();
    exchanging();
    MPI_Finalize();
    return 0;
}
