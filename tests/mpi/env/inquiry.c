/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a program may ask of its surroundings: clocks, versions, the main
 * thread, addresses, and memory from MPI, which has the alignment that is
 * asked for.
 *
 * ranks: 1 2
 */
#include <stdint.h>
#include <stdlib.h>

#include "../check.h"

static void clocks(void)
{
    const double tick = MPI_Wtick(), start = MPI_Wtime();
    double now = start;
    CHECK(tick > 0 && tick <= 1e-3);
    for (int i = 0; i < 1000; i++) {
        double before = now;
        now = MPI_Wtime();
        CHECK(now >= before);
    }
    while (now - start < tick)
        now = MPI_Wtime();
    CHECK(now - start < 30);
}

static void versions(void)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length, version, subversion;
    MPI_Get_library_version(text, &length);
    CHECK(length > 0 && length < MPI_MAX_LIBRARY_VERSION_STRING);
    CHECK((size_t)length == strlen(text));
    MPI_Get_version(&version, &subversion);
    CHECK(version == MPI_VERSION && subversion == MPI_SUBVERSION);
}

static void addresses(void)
{
    int numbers[8];
    MPI_Aint first, fifth;
    MPI_Get_address(&numbers[0], &first);
    MPI_Get_address(&numbers[4], &fifth);
    CHECK(MPI_Aint_diff(fifth, first) == 4 * sizeof(int));
    CHECK(MPI_Aint_diff(first, fifth) == -(MPI_Aint)(4 * sizeof(int)));
    CHECK(MPI_Aint_add(first, 4 * sizeof(int)) == fifth);
    CHECK(MPI_Aint_add(fifth, MPI_Aint_diff(first, fifth)) == first);
}

static void memory(void)
{
    static const char *const alignments[] = { "16", "64", "4096", "2097152" };
    for (int i = 0; i < 4; i++) {
        MPI_Info info;
        char *room;
        MPI_Info_create(&info);
        MPI_Info_set(info, "mpi_minimum_memory_alignment", alignments[i]);
        MPI_Alloc_mem(10000, info, &room);
        MPI_Info_free(&info);
        CHECK((uintptr_t)room % (uintptr_t)atoi(alignments[i]) == 0);
        memset(room, i, 10000);
        MPI_Free_mem(room);
    }
    char *room;
    CHECK_ERROR(MPI_Alloc_mem(-1, MPI_INFO_NULL, &room), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Alloc_mem(INT64_MAX / 2, MPI_INFO_NULL, &room),
                MPI_ERR_NO_MEM);
}

int main(void)
{
    int is_main = 0, provided = -1;
    versions(); /* may be asked for before MPI starts */
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    CHECK(provided == MPI_THREAD_FUNNELED);
    MPI_Query_thread(&provided);
    CHECK(provided == MPI_THREAD_FUNNELED);
    MPI_Is_thread_main(&is_main);
    CHECK(is_main);
    CHECK(MPI_Pcontrol(2, "ignored") == MPI_SUCCESS);
    versions();
    clocks();
    addresses();
    memory();
    MPI_Finalize();
    return 0;
}
