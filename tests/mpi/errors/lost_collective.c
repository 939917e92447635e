/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The last rank dies at some moment of a long row of one collective, named by
 * the argument, while the others are in it or on their way. Started by lost.sh
 * with mpirun -keep-going: each of the others is told so, and what they do
 * among themselves works.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include "check.h"

enum { BYTES = 512, RANKS_MAX = 64 };

static int rank, size;
static char out[BYTES * RANKS_MAX], in[BYTES * RANKS_MAX];

static void die(int signal)
{
    (void)signal;
    raise(SIGKILL);
}

static int call(const char *what, MPI_Comm comm)
{
    if (strcmp(what, "barrier") == 0)
        return MPI_Barrier(comm);
    if (strcmp(what, "bcast") == 0)
        return MPI_Bcast(out, BYTES, MPI_CHAR, 0, comm);
    if (strcmp(what, "reduce") == 0)
        return MPI_Reduce(out, in, BYTES, MPI_BYTE, MPI_BOR, size - 1, comm);
    if (strcmp(what, "allreduce") == 0)
        return MPI_Allreduce(out, in, 8 * BYTES, MPI_BYTE, MPI_BOR, comm);
    if (strcmp(what, "gather") == 0)
        return MPI_Gather(out, BYTES, MPI_CHAR, in, BYTES, MPI_CHAR, 0, comm);
    if (strcmp(what, "scatter") == 0)
        return MPI_Scatter(out, BYTES, MPI_CHAR, in, BYTES, MPI_CHAR, size - 1,
                           comm);
    CHECK(strcmp(what, "alltoall") == 0);
    return MPI_Alltoall(out, BYTES, MPI_CHAR, in, BYTES, MPI_CHAR, comm);
}

int main(int argc, char **argv)
{
    MPI_Comm living, all;
    char text[MPI_MAX_ERROR_STRING], wanted[64];
    int err, length, one = 1, sum;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    CHECK(argc == 2 && size <= RANKS_MAX);
    MPI_Comm_dup(MPI_COMM_WORLD, &all);
    MPI_Comm_set_errhandler(all, MPI_ERRORS_RETURN);
    MPI_Comm_split(MPI_COMM_WORLD, rank == size - 1, 0, &living);
    if (rank == size - 1) {
        const struct itimerval soon = { .it_value = { .tv_usec = 50000 } };
        signal(SIGALRM, die);
        setitimer(ITIMER_REAL, &soon, NULL);
    }
    do
        err = call(argv[1], all);
    while (err == MPI_SUCCESS);
    CHECK_ERROR(err, MPI_ERR_PROC_ABORTED);
    MPI_Error_string(err, text, &length);
    snprintf(wanted, sizeof wanted, "rank %d of the job was killed by signal 9",
             size - 1);
    CHECK(strstr(text, wanted) != NULL);
    CHECK_ERROR(MPI_Barrier(all), MPI_ERR_PROC_ABORTED);
    for (int i = 0; i < 8; i++) {
        MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, living);
        CHECK(sum == size - 1);
    }
    MPI_Comm_free(&living);
    MPI_Comm_free(&all);
    CHECK(MPI_Finalize() == MPI_SUCCESS);
    printf("rank %d is through\n", rank);
    return 0;
}
