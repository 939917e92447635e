/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each thread opens sessions of its own, again and again, beside the others and
 * beside the world model, and makes communicators from their groups.
 *
 * ranks: 1 2 4
 */
#include "threads.h"

enum { ROUNDS = 6 };

static void *open_sessions(void *number)
{
    const int thread = (int)(intptr_t)number;
    char tag[32];
    snprintf(tag, sizeof tag, "thread %d", thread);
    for (int round = 0; round < ROUNDS; round++) {
        MPI_Session session;
        MPI_Group world;
        MPI_Comm comm;
        int rank, size, sum;
        MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &session);
        MPI_Group_from_session_pset(session, "mpi://WORLD", &world);
        MPI_Comm_create_from_group(world, tag, MPI_INFO_NULL,
                                   MPI_ERRORS_ARE_FATAL, &comm);
        MPI_Comm_rank(comm, &rank);
        MPI_Comm_size(comm, &size);
        const int value = rank + thread * 10 + round;
        MPI_Allreduce(&value, &sum, 1, MPI_INT, MPI_SUM, comm);
        CHECK(sum == size * (size - 1) / 2 + size * (thread * 10 + round));
        MPI_Comm_free(&comm);
        MPI_Group_free(&world);
        MPI_Session_finalize(&session);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int rank, size, sum;
    run(open_sessions); /* no thread initialized anything before */
    init_threads(&argc, &argv);
    run(open_sessions);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    CHECK(sum == size * (size - 1) / 2);
    MPI_Finalize();
    run(open_sessions);
    return 0;
}
