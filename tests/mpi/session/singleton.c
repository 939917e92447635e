/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For singleton.sh: a program that nobody launched is rank 0 of 1 and can do
 * everything that needs no second rank.
 */
#include <stdlib.h>

#include "../check.h"

static void use(MPI_Comm comm)
{
    enum { LONG = 200000 };
    int rank, size, sum;
    char *out = malloc(LONG), *in = calloc(1, LONG);
    MPI_Request request;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    CHECK(rank == 0 && size == 1);
    memset(out, 'x', LONG);
    MPI_Irecv(in, LONG, MPI_CHAR, 0, 1, comm, &request);
    MPI_Send(out, LONG, MPI_CHAR, 0, 1, comm);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    CHECK(memcmp(in, out, LONG) == 0);
    MPI_Allreduce(&(int){ 7 }, &sum, 1, MPI_INT, MPI_SUM, comm);
    CHECK(sum == 7);
    MPI_Barrier(comm);
    free(out);
    free(in);
}

int main(int argc, char **argv)
{
    MPI_Session session;
    MPI_Group world;
    MPI_Comm comm, copy;
    int provided, dims[2] = { 1, 1 }, periods[2] = { 1, 1 };
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
    CHECK(provided == MPI_THREAD_MULTIPLE);
    use(MPI_COMM_WORLD);
    use(MPI_COMM_SELF);
    MPI_Comm_dup(MPI_COMM_WORLD, &copy);
    use(copy);
    MPI_Cart_create(copy, 2, dims, periods, 1, &comm);
    use(comm);
    MPI_Comm_free(&comm);
    MPI_Comm_free(&copy);
    MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &session);
    MPI_Group_from_session_pset(session, "mpi://WORLD", &world);
    MPI_Comm_create_from_group(world, "one", MPI_INFO_NULL,
                               MPI_ERRORS_ARE_FATAL, &comm);
    use(comm);
    MPI_Comm_free(&comm);
    MPI_Group_free(&world);
    MPI_Session_finalize(&session);
    MPI_Finalize();
    puts("done");
    return 0;
}
