/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program that never saw our mpi.h: it is built with foreign_mpi.h and linked
 * with -lmpi_abi. Two or more ranks. It relies on what the ABI fixes: handles,
 * constants, the layout of a status, error classes, and callbacks that see the
 * ABI's own handles.
 */
#ifdef FOREIGN_HEADER
#include FOREIGN_HEADER
#else
#include "foreign_mpi.h"
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank;
static int size;
static int wrong;

#define CHECK(fact)                                                            \
    do {                                                                       \
        if (!(fact)) {                                                         \
            fprintf(stderr, "rank %d, line %d: not so: %s\n", rank, __LINE__,  \
                    #fact);                                                    \
            wrong++;                                                           \
        }                                                                      \
    } while (0)

static void versions_and_limits(void)
{
    char name[MPI_MAX_PROCESSOR_NAME + 8];
    char text[MPI_MAX_ERROR_STRING + 8];
    int major = -1;
    int minor = -1;
    int length = -1;

    MPI_Get_version(&major, &minor);
    CHECK(major == 5 && minor == 0);
    MPI_Abi_get_version(&major, &minor);
    CHECK(major == 1 && minor == 0);

    memset(name, '~', sizeof(name));
    MPI_Get_processor_name(name, &length);
    CHECK(length > 0 && length < MPI_MAX_PROCESSOR_NAME);
    CHECK(name[length] == '\0' && name[MPI_MAX_PROCESSOR_NAME] == '~');

    memset(text, '~', sizeof(text));
    MPI_Error_string(MPI_ERR_TRUNCATE, text, &length);
    CHECK(length > 0 && length < MPI_MAX_ERROR_STRING);
    CHECK(text[length] == '\0' && text[MPI_MAX_ERROR_STRING] == '~');
}

static void type_sizes(void)
{
    int bytes = -1;

    MPI_Type_size(MPI_INT, &bytes);
    CHECK(bytes == 4);
    MPI_Type_size(MPI_DOUBLE, &bytes);
    CHECK(bytes == 8);
    MPI_Type_size(MPI_INT64_T, &bytes);
    CHECK(bytes == 8);
    MPI_Type_size(MPI_BYTE, &bytes);
    CHECK(bytes == 1);
}

/* Everyone sends to rank 0, which takes what comes first. */
static void wildcards_and_status(void)
{
    int numbers[3] = {rank, 10 * rank, 100 * rank};
    int seen = 0;
    MPI_Status status;

    if (rank != 0) {
        MPI_Send(numbers, 3, MPI_INT, 0, 40 + rank, MPI_COMM_WORLD);
        return;
    }
    for (int i = 1; i < size; i++) {
        int got[4] = {-1, -1, -1, -1};
        int count = -1;

        memset(&status, 0x5a, sizeof(status));
        MPI_Probe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
        MPI_Get_count(&status, MPI_INT, &count);
        CHECK(count == 3);
        MPI_Recv(got, 4, MPI_INT, status.MPI_SOURCE, MPI_ANY_TAG,
                 MPI_COMM_WORLD, &status);
        CHECK(status.MPI_TAG == 40 + status.MPI_SOURCE);
        MPI_Get_count(&status, MPI_BYTE, &count);
        CHECK(count == 12);
        CHECK(got[2] == 100 * status.MPI_SOURCE && got[3] == -1);
        seen += status.MPI_SOURCE;
    }
    CHECK(seen == size * (size - 1) / 2);

    memset(&status, 0x5a, sizeof(status));
    MPI_Recv(NULL, 0, MPI_INT, MPI_PROC_NULL, 0, MPI_COMM_WORLD, &status);
    CHECK(status.MPI_SOURCE == MPI_PROC_NULL);
    CHECK(status.MPI_TAG == MPI_ANY_TAG);
}

static void requests_around_a_ring(void)
{
    const int next = (rank + 1) % size;
    const int previous = (rank + size - 1) % size;
    double out[2] = {rank, rank + 0.5};
    double in[2] = {-1, -1};
    MPI_Request requests[3] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL,
                               MPI_REQUEST_NULL};
    MPI_Status statuses[3];

    MPI_Irecv(in, 2, MPI_DOUBLE, previous, 7, MPI_COMM_WORLD, &requests[0]);
    MPI_Isend(out, 2, MPI_DOUBLE, next, 7, MPI_COMM_WORLD, &requests[1]);
    CHECK(requests[0] != MPI_REQUEST_NULL);
    MPI_Waitall(3, requests, statuses);
    CHECK(requests[0] == MPI_REQUEST_NULL && requests[1] == MPI_REQUEST_NULL);
    CHECK(statuses[0].MPI_SOURCE == previous && statuses[0].MPI_TAG == 7);
    CHECK(statuses[2].MPI_SOURCE == MPI_ANY_SOURCE);
    CHECK(in[0] == previous && in[1] == previous + 0.5);
}

static void collectives(void)
{
    int64_t sum = rank + 1;
    double least = rank;
    int *all = malloc(sizeof(*all) * (size_t)size);
    int *mine = malloc(sizeof(*mine) * (size_t)size);
    int value = rank == 1 ? 77 : 0;

    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    CHECK(sum == (int64_t)size * (size + 1) / 2);
    MPI_Allreduce(MPI_IN_PLACE, &least, 1, MPI_DOUBLE, MPI_MIN,
                  MPI_COMM_WORLD);
    CHECK(least == 0);
    MPI_Bcast(&value, 1, MPI_INT, 1, MPI_COMM_WORLD);
    CHECK(value == 77);
    for (int i = 0; i < size; i++)
        mine[i] = 1000 * rank + i;
    MPI_Alltoall(mine, 1, MPI_INT, all, 1, MPI_INT, MPI_COMM_WORLD);
    for (int i = 0; i < size; i++)
        CHECK(all[i] == 1000 * i + rank);
    MPI_Gather(&rank, 1, MPI_INT, all, 1, MPI_INT, 0, MPI_COMM_WORLD);
    for (int i = 0; rank == 0 && i < size; i++)
        CHECK(all[i] == i);
    free(mine);
    free(all);
}

static void communicators(void)
{
    MPI_Comm copy;
    MPI_Comm evens;
    int count = -1;

    MPI_Comm_dup(MPI_COMM_WORLD, &copy);
    CHECK(copy != MPI_COMM_WORLD && copy != MPI_COMM_NULL && copy != NULL);
    MPI_Comm_split(copy, rank % 2 == 0 ? 3 : MPI_UNDEFINED, -rank, &evens);
    CHECK((evens == MPI_COMM_NULL) == (rank % 2 == 1));
    if (evens != MPI_COMM_NULL) {
        MPI_Comm_size(evens, &count);
        CHECK(count == (size + 1) / 2);
        MPI_Comm_rank(evens, &count);
        CHECK(count == (size + 1) / 2 - 1 - rank / 2);
        MPI_Comm_free(&evens);
    }
    MPI_Comm_free(&copy);
    CHECK(copy == MPI_COMM_NULL);
    MPI_Comm_size(MPI_COMM_SELF, &count);
    CHECK(count == 1);
    PMPI_Comm_size(MPI_COMM_WORLD, &count);
    CHECK(count == size);
}

static int class_of(int code)
{
    int class = -1;

    MPI_Error_class(code, &class);
    return class;
}

static MPI_Comm handled_comm;
static int handled_class;

static void note_error(MPI_Comm *comm, int *code, ...)
{
    handled_comm = *comm;
    handled_class = class_of(*code);
}

static void errors(void)
{
    MPI_Errhandler noting;
    int numbers[4] = {0};
    int code;

    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    CHECK(class_of(MPI_Send(numbers, 1, MPI_INT, size, 0, MPI_COMM_WORLD)) ==
          MPI_ERR_RANK);
    CHECK(class_of(MPI_Send(numbers, 1, MPI_INT, 0, -5, MPI_COMM_WORLD)) ==
          MPI_ERR_TAG);
    CHECK(class_of(MPI_Send(numbers, -1, MPI_INT, 0, 0, MPI_COMM_WORLD)) ==
          MPI_ERR_COUNT);
    CHECK(class_of(MPI_Send(numbers, 1, MPI_DATATYPE_NULL, 0, 0,
                            MPI_COMM_WORLD)) == MPI_ERR_TYPE);
    if (rank == 1)
        MPI_Send(numbers, 4, MPI_INT, 0, 9, MPI_COMM_WORLD);
    if (rank == 0) {
        code = MPI_Recv(numbers, 2, MPI_INT, 1, 9, MPI_COMM_WORLD,
                        MPI_STATUS_IGNORE);
        CHECK(class_of(code) == MPI_ERR_TRUNCATE);
    }

    MPI_Comm_create_errhandler(note_error, &noting);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, noting);
    MPI_Errhandler_free(&noting);
    code = MPI_Send(numbers, 1, MPI_INT, size, 0, MPI_COMM_WORLD);
    CHECK(code != MPI_SUCCESS && handled_comm == MPI_COMM_WORLD);
    CHECK(handled_class == MPI_ERR_RANK);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
}

/* A column of a matrix goes as one vector and arrives as numbers in a row. */
static void vectors(void)
{
    int matrix[4][3] = {{0}};
    int column[4] = {0};
    MPI_Datatype type;

    MPI_Type_vector(4, 1, 3, MPI_INT, &type);
    MPI_Type_commit(&type);
    for (int i = 0; i < 4; i++)
        matrix[i][1] = i + 1;
    if (rank == 0)
        MPI_Send(&matrix[0][1], 1, type, 1, 2, MPI_COMM_WORLD);
    if (rank == 1) {
        MPI_Recv(column, 4, MPI_INT, 0, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        CHECK(column[0] == 1 && column[1] == 2 && column[2] == 3 &&
              column[3] == 4);
    }
    MPI_Type_free(&type);
    CHECK(type == MPI_DATATYPE_NULL);
}

int main(int argc, char **argv)
{
    int provided = -1;
    int all_wrong = 0;
    double start;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    CHECK(provided >= MPI_THREAD_FUNNELED);
    start = MPI_Wtime();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    CHECK(size >= 2);

    versions_and_limits();
    type_sizes();
    wildcards_and_status();
    /* What follows is not for the wildcards. */
    MPI_Barrier(MPI_COMM_WORLD);
    requests_around_a_ring();
    collectives();
    communicators();
    errors();
    vectors();
    CHECK(MPI_Wtime() >= start);

    MPI_Allreduce(&wrong, &all_wrong, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0)
        printf("%d ranks, %d facts wrong\n", size, all_wrong);
    MPI_Finalize();
    return all_wrong != 0;
}
