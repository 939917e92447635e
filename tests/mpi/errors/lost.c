/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The last rank kills itself while the others wait for it in every way there
 * is. Started by lost.sh with mpirun -keep-going: each wait ends with
 * MPI_ERR_PROC_ABORTED, what concerns the living works, and MPI_Finalize does.
 * With an argument a connection may be what fails first, without the reason.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

enum { LONG = 1 << 20, GO = 1, NEVER = 2, WORK = 3 };

static int rank, size, victim;
static int has_connections;
static char *buffer;

static void check_sentence(int code)
{
    char text[MPI_MAX_ERROR_STRING], wanted[64];
    int length;
    MPI_Error_string(code, text, &length);
    snprintf(wanted, sizeof wanted, "rank %d of the job was killed by signal 9",
             victim);
    if (!strstr(text, wanted))
        printf("%s\n", text);
    CHECK(strstr(text, wanted) != NULL);
}

static void expect_loss(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    if (has_connections && error_class == MPI_ERR_OTHER)
        return;
    CHECK_ERROR(code, MPI_ERR_PROC_ABORTED);
    check_sentence(code);
}

/* Everything that rank 0 can wait in, posted before the victim goes. */
static void wait_in_requests(void)
{
    enum { WAITS = 5 };
    MPI_Request r[WAITS];
    MPI_Irecv(buffer, 1, MPI_CHAR, victim, NEVER, MPI_COMM_WORLD, &r[0]);
    MPI_Irecv(buffer + 1, 1, MPI_CHAR, MPI_ANY_SOURCE, NEVER, MPI_COMM_WORLD,
              &r[1]);
    MPI_Issend(buffer + 2, 1, MPI_CHAR, victim, NEVER, MPI_COMM_WORLD, &r[2]);
    MPI_Isend(buffer + 3, LONG, MPI_CHAR, victim, NEVER, MPI_COMM_WORLD, &r[3]);
    MPI_Ibarrier(MPI_COMM_WORLD, &r[4]);
    MPI_Send(NULL, 0, MPI_CHAR, victim, GO, MPI_COMM_WORLD);
    for (int i = 0; i < WAITS; i++)
        expect_loss(MPI_Wait(&r[i], MPI_STATUS_IGNORE));
}

/* The victim takes nothing, so at some point there is no room. */
static void send_until_error(void)
{
    int err;
    do
        err = MPI_Send(buffer, 1000, MPI_CHAR, victim, NEVER, MPI_COMM_WORLD);
    while (err == MPI_SUCCESS);
    expect_loss(err);
    expect_loss(MPI_Ssend(buffer, 1, MPI_CHAR, victim, NEVER, MPI_COMM_WORLD));
}

static void wait_in_calls(void)
{
    MPI_Status status;
    if (rank == 1)
        expect_loss(MPI_Recv(buffer, 1, MPI_CHAR, victim, NEVER, MPI_COMM_WORLD,
                             &status));
    else if (rank == 2)
        expect_loss(MPI_Recv(buffer, 1, MPI_CHAR, MPI_ANY_SOURCE, NEVER,
                             MPI_COMM_WORLD, &status));
    else if (rank == 3)
        expect_loss(MPI_Probe(victim, NEVER, MPI_COMM_WORLD, &status));
    else
        send_until_error();
}

/* Rank 0 takes work from whoever sends it. */
static void go_on(void)
{
    for (int i = 1; rank == 0 && i < victim; i++) {
        MPI_Status status;
        CHECK_ERROR(MPI_Recv(buffer, LONG, MPI_CHAR, MPI_ANY_SOURCE, WORK,
                             MPI_COMM_WORLD, &status), MPI_SUCCESS);
        CHECK(buffer[LONG - 1] == status.MPI_SOURCE);
    }
    if (rank > 0) {
        memset(buffer, rank, LONG);
        CHECK_ERROR(MPI_Send(buffer, LONG, MPI_CHAR, 0, WORK, MPI_COMM_WORLD),
                    MPI_SUCCESS);
    }
}

static void collectives(MPI_Comm comm)
{
    int one = 1, sum;
    expect_loss(MPI_Barrier(comm));
    expect_loss(MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, comm));
    expect_loss(MPI_Bcast(buffer, LONG, MPI_CHAR, 0, comm));
}

int main(int argc, char **argv)
{
    MPI_Comm living, all;
    has_connections = argc > 1;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    victim = size - 1;
    buffer = calloc(1, LONG + 3);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_dup(MPI_COMM_WORLD, &all);
    MPI_Comm_set_errhandler(all, MPI_ERRORS_RETURN);
    MPI_Comm_split(MPI_COMM_WORLD, rank == victim, 0, &living);
    if (rank == victim) {
        MPI_Recv(NULL, 0, MPI_CHAR, 0, GO, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        raise(SIGKILL);
    }
    if (rank == 0)
        wait_in_requests();
    else
        wait_in_calls();
    collectives(MPI_COMM_WORLD);
    collectives(all);
    go_on();
    /* A communicator of the living works as ever. */
    int one = 1, sum;
    CHECK(MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, living) ==
          MPI_SUCCESS);
    CHECK(sum == victim);
    MPI_Comm_free(&living);
    MPI_Comm_free(&all);
    free(buffer);
    CHECK(MPI_Finalize() == MPI_SUCCESS);
    printf("rank %d is through\n", rank);
    return 0;
}
