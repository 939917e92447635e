/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A message longer than the receive buffer, from another rank, by every
 * protocol: the receive ends with MPI_ERR_TRUNCATE, nothing is written behind
 * the buffer, the sender does not notice, and later messages arrive.
 *
 * ranks: 2
 */
#include "../check.h"

static char data[1 << 21], room[1 << 21];

static void refused(int code)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    CHECK_ERROR(code, MPI_ERR_TRUNCATE);
    MPI_Error_string(code, text, &length);
    CHECK(length > 0);
}

static void receive(int bytes, int is_posted_early)
{
    MPI_Request request;
    memset(room, 1, sizeof room);
    if (is_posted_early) {
        MPI_Irecv(room, bytes - 1, MPI_CHAR, 0, 1, MPI_COMM_WORLD, &request);
        MPI_Send(NULL, 0, MPI_CHAR, 0, 0, MPI_COMM_WORLD);
        refused(MPI_Wait(&request, MPI_STATUS_IGNORE));
    } else {
        MPI_Send(NULL, 0, MPI_CHAR, 0, 0, MPI_COMM_WORLD);
        MPI_Probe(0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        refused(MPI_Recv(room, bytes - 1, MPI_CHAR, 0, 1, MPI_COMM_WORLD,
                         MPI_STATUS_IGNORE));
    }
    for (size_t i = (size_t)bytes - 1; i < sizeof room; i++)
        CHECK(room[i] == 1);
}

static void send(int bytes)
{
    MPI_Recv(NULL, 0, MPI_CHAR, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    CHECK(MPI_Send(data, bytes, MPI_CHAR, 1, 1, MPI_COMM_WORLD) ==
          MPI_SUCCESS);
}

int main(void)
{
    static const int lengths[] = {1, 100, 4000, 60000, 1 << 20, 1 << 21};
    int rank, sent = 42, received = 0;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    for (int i = 0; i < 12; i++) {
        if (rank == 0)
            send(lengths[i / 2]);
        else
            receive(lengths[i / 2], i % 2);
    }
    if (rank == 0)
        MPI_Send(&sent, 1, MPI_INT, 1, 2, MPI_COMM_WORLD);
    else
        MPI_Recv(&received, 1, MPI_INT, 0, 2, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
    CHECK(rank == 0 || received == sent);
    MPI_Finalize();
    return 0;
}
