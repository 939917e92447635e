/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads make communicators at the same time, each from one of its own, use
 * them and free them: no two may get the same context. Infos, datatypes and
 * groups are made meanwhile.
 *
 * ranks: 1 2 4
 */
#include "threads.h"

enum { ROUNDS = 20 };

static MPI_Comm own[THREADS];

static void use(MPI_Comm comm, int thread, int round)
{
    int rank, size, sum, got = -1;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    const int value = rank + thread * 100 + round;
    MPI_Allreduce(&value, &sum, 1, MPI_INT, MPI_SUM, comm);
    CHECK(sum == size * (size - 1) / 2 + size * (thread * 100 + round));
    /* The same tag in all threads: only the context tells them apart. */
    MPI_Sendrecv(&value, 1, MPI_INT, (rank + 1) % size, 5, &got, 1, MPI_INT,
                 (rank + size - 1) % size, 5, comm, MPI_STATUS_IGNORE);
    CHECK(got == (rank + size - 1) % size + thread * 100 + round);
}

static void make_objects(int round)
{
    MPI_Info info;
    MPI_Datatype type;
    MPI_Group all;
    char value[16];
    int flag;
    MPI_Info_create(&info);
    MPI_Info_set(info, "key", "value");
    MPI_Info_get(info, "key", sizeof value - 1, value, &flag);
    CHECK(flag && strcmp(value, "value") == 0);
    MPI_Info_free(&info);
    MPI_Type_vector(2, 1 + round, 3 + round, MPI_INT, &type);
    MPI_Type_commit(&type);
    MPI_Type_free(&type);
    MPI_Comm_group(MPI_COMM_WORLD, &all);
    MPI_Group_free(&all);
}

static void *make_comms(void *number)
{
    const int thread = (int)(intptr_t)number;
    int rank;
    MPI_Comm_rank(own[thread], &rank);
    for (int round = 0; round < ROUNDS; round++) {
        MPI_Comm copy, part;
        MPI_Group group;
        MPI_Request request;
        make_objects(round);
        MPI_Comm_dup(own[thread], &copy);
        MPI_Comm_split(copy, round % 3 == 0 && rank == 0 ? MPI_UNDEFINED : 0,
                       rank, &part);
        use(copy, thread, round);
        if (part != MPI_COMM_NULL) {
            use(part, thread, round);
            MPI_Comm_free(&part);
        }
        MPI_Comm_group(copy, &group);
        MPI_Comm_create_group(copy, group, thread, &part);
        use(part, thread, round);
        MPI_Comm_free(&part);
        MPI_Group_free(&group);
        MPI_Comm_idup(copy, &part, &request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        use(part, thread, round);
        MPI_Comm_free(&part);
        MPI_Comm_free(&copy);
    }
    return NULL;
}

/* All on one parent, each with a tag of its own. */
static void *make_from_group(void *number)
{
    const int thread = (int)(intptr_t)number;
    for (int round = 0; round < ROUNDS; round++) {
        MPI_Group all;
        MPI_Comm comm;
        MPI_Comm_group(MPI_COMM_WORLD, &all);
        MPI_Comm_create_group(MPI_COMM_WORLD, all, thread, &comm);
        use(comm, thread, round);
        MPI_Comm_free(&comm);
        MPI_Group_free(&all);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    init_threads(&argc, &argv);
    for (int i = 0; i < THREADS; i++)
        MPI_Comm_dup(MPI_COMM_WORLD, &own[i]);
    run(make_comms);
    run(make_from_group);
    for (int i = 0; i < THREADS; i++)
        MPI_Comm_free(&own[i]);
    MPI_Finalize();
    return 0;
}
