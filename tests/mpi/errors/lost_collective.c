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

enum { BYTES = 512, RANKS_MAX = 64, LONG_BYTES = 256 << 10 };

static int rank, size;
static char out[LONG_BYTES], in[LONG_BYTES];

static void die(int signal)
{
    (void)signal;
    raise(SIGKILL);
}

/* Blocks of 8 bytes, for and from each; the ranks stand on a ring. */
static int counts[RANKS_MAX], displs[RANKS_MAX], byte_displs[RANKS_MAX];
static MPI_Datatype types[RANKS_MAX];
static MPI_Aint wide_displs[RANKS_MAX];
static MPI_Comm ring;

static int call_blocks(const char *what, MPI_Comm comm)
{
    if (strcmp(what, "gatherv") == 0)
        return MPI_Gatherv(out, 8, MPI_BYTE, in, counts, displs, MPI_BYTE, 0,
                           comm);
    if (strcmp(what, "scatterv") == 0)
        return MPI_Scatterv(out, counts, displs, MPI_BYTE, in, 8, MPI_BYTE,
                            size - 1, comm);
    if (strcmp(what, "allgatherv") == 0)
        return MPI_Allgatherv(out, 8, MPI_BYTE, in, counts, displs, MPI_BYTE,
                              comm);
    if (strcmp(what, "alltoallv") == 0)
        return MPI_Alltoallv(out, counts, displs, MPI_BYTE, in, counts, displs,
                             MPI_BYTE, comm);
    if (strcmp(what, "alltoallw") == 0)
        return MPI_Alltoallw(out, counts, byte_displs, types, in, counts,
                             byte_displs, types, comm);
    CHECK(strcmp(what, "reduce_scatter") == 0);
    return MPI_Reduce_scatter(out, in, counts, MPI_BYTE, MPI_BOR, comm);
}

static int call_neighbors(const char *what)
{
    if (strcmp(what, "neighbor_allgather") == 0)
        return MPI_Neighbor_allgather(out, 8, MPI_BYTE, in, 8, MPI_BYTE, ring);
    if (strcmp(what, "neighbor_allgatherv") == 0)
        return MPI_Neighbor_allgatherv(out, 8, MPI_BYTE, in, counts, displs,
                                       MPI_BYTE, ring);
    if (strcmp(what, "neighbor_alltoall") == 0)
        return MPI_Neighbor_alltoall(out, 8, MPI_BYTE, in, 8, MPI_BYTE, ring);
    if (strcmp(what, "neighbor_alltoallv") == 0)
        return MPI_Neighbor_alltoallv(out, counts, displs, MPI_BYTE, in, counts,
                                      displs, MPI_BYTE, ring);
    CHECK(strcmp(what, "neighbor_alltoallw") == 0);
    return MPI_Neighbor_alltoallw(out, counts, wide_displs, types, in, counts,
                                  wide_displs, types, ring);
}

static int call_reduction(const char *what, MPI_Comm comm)
{
    if (strcmp(what, "reduce") == 0)
        return MPI_Reduce(out, in, BYTES, MPI_BYTE, MPI_BOR, size - 1, comm);
    if (strcmp(what, "allreduce") == 0)
        return MPI_Allreduce(out, in, 8 * BYTES, MPI_BYTE, MPI_BOR, comm);
    if (strcmp(what, "allreduce_long") == 0)
        return MPI_Allreduce(out, in, LONG_BYTES, MPI_BYTE, MPI_BOR, comm);
    if (strcmp(what, "reduce_scatter_block") == 0)
        return MPI_Reduce_scatter_block(out, in, 8, MPI_BYTE, MPI_BOR, comm);
    if (strcmp(what, "scan") == 0)
        return MPI_Scan(out, in, 8, MPI_BYTE, MPI_BOR, comm);
    if (strcmp(what, "exscan") == 0)
        return MPI_Exscan(out, in, 8, MPI_BYTE, MPI_BOR, comm);
    return call_blocks(what, comm);
}

static int call(const char *what, MPI_Comm comm)
{
    if (strcmp(what, "barrier") == 0)
        return MPI_Barrier(comm);
    if (strcmp(what, "bcast") == 0)
        return MPI_Bcast(out, BYTES, MPI_CHAR, 0, comm);
    if (strcmp(what, "bcast_long") == 0)
        return MPI_Bcast(out, LONG_BYTES, MPI_CHAR, 0, comm);
    if (strcmp(what, "gather") == 0)
        return MPI_Gather(out, BYTES, MPI_CHAR, in, BYTES, MPI_CHAR, 0, comm);
    if (strcmp(what, "scatter") == 0)
        return MPI_Scatter(out, BYTES, MPI_CHAR, in, BYTES, MPI_CHAR, size - 1,
                           comm);
    if (strcmp(what, "allgather") == 0)
        return MPI_Allgather(out, BYTES, MPI_CHAR, in, BYTES, MPI_CHAR, comm);
    if (strcmp(what, "alltoall") == 0)
        return MPI_Alltoall(out, BYTES, MPI_CHAR, in, BYTES, MPI_CHAR, comm);
    if (strncmp(what, "neighbor_", 9) == 0)
        return call_neighbors(what);
    return call_reduction(what, comm);
}

/* The dying rank's neighbours hear of it themselves, others from these. */
static MPI_Comm make_ring(void)
{
    const int periodic = 1;
    MPI_Comm comm;
    MPI_Cart_create(MPI_COMM_WORLD, 1, &size, &periodic, 0, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    for (int i = 0; i < size; i++) {
        counts[i] = 8;
        displs[i] = byte_displs[i] = 8 * i;
        wide_displs[i] = 8 * i;
        types[i] = MPI_BYTE;
    }
    return comm;
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
    ring = make_ring();
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
    CHECK_ERROR(MPI_Barrier(strncmp(argv[1], "neighbor_", 9) == 0 ? ring : all),
                MPI_ERR_PROC_ABORTED);
    for (int i = 0; i < 8; i++) {
        MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, living);
        CHECK(sum == size - 1);
    }
    MPI_Comm_free(&living);
    MPI_Comm_free(&ring);
    MPI_Comm_free(&all);
    CHECK(MPI_Finalize() == MPI_SUCCESS);
    printf("rank %d is through\n", rank);
    return 0;
}
