/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sessions without MPI_Init: opened and closed again and again, in different
 * numbers at different ranks; process sets; communicators made of groups; an
 * error handler of a session; buffers of a session.
 *
 * ranks: 1 2 4
 */
#include <stdlib.h>
#include <unistd.h>

#include "../check.h"

static int handled;

static void note(MPI_Session *session, int *code, ...)
{
    int error_class;
    MPI_Error_class(*code, &error_class);
    if (*session != MPI_SESSION_NULL && error_class == MPI_ERR_ARG)
        handled++;
}

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__,       \
                    #condition);                                               \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

static void psets(MPI_Session s)
{
    int n, flag;
    char name[MPI_MAX_PSET_NAME_LEN], size[16];
    MPI_Info info;
    MPI_Group group;
    MPI_Session_get_num_psets(s, MPI_INFO_NULL, &n);
    MUST(n >= 2);
    int seen = 0;
    for (int i = 0; i < n; i++) {
        int length = 0, ranks, room = sizeof size;
        MPI_Session_get_nth_pset(s, MPI_INFO_NULL, i, &length, NULL);
        MUST(length > 1 && length <= MPI_MAX_PSET_NAME_LEN);
        MPI_Session_get_nth_pset(s, MPI_INFO_NULL, i, &length, name);
        seen += strcmp(name, "mpi://WORLD") == 0;
        seen += strcmp(name, "mpi://SELF") == 0;
        MPI_Session_get_pset_info(s, name, &info);
        MPI_Info_get_string(info, "mpi_size", &room, size, &flag);
        MPI_Info_free(&info);
        MPI_Group_from_session_pset(s, name, &group);
        MPI_Group_size(group, &ranks);
        MUST(flag && atoi(size) == ranks);
        MPI_Group_free(&group);
    }
    MUST(seen == 2);
    MUST(MPI_Group_from_session_pset(s, "mpi://NONE", &group) != MPI_SUCCESS);
}

/* The same with counts of the large kind and a flush that is waited for. */
static void send_buffered(MPI_Session s, MPI_Comm comm, int to, int from)
{
    static char memory[1000 + MPI_BSEND_OVERHEAD];
    MPI_Request flush;
    MPI_Count bytes;
    void *where;
    int in = -1;
    MPI_Session_attach_buffer_c(s, memory, sizeof memory);
    MPI_Bsend(&to, 1, MPI_INT, to, 2, comm);
    MPI_Session_iflush_buffer(s, &flush);
    MPI_Recv(&in, 1, MPI_INT, from, 2, comm, MPI_STATUS_IGNORE);
    MPI_Wait(&flush, MPI_STATUS_IGNORE);
    MUST(flush == MPI_REQUEST_NULL);
    MPI_Session_detach_buffer_c(s, &where, &bytes);
    MUST(where == memory && bytes == (MPI_Count)sizeof memory);
    int rank;
    MPI_Comm_rank(comm, &rank);
    MUST(in == rank);
}

/* A communicator of all ranks, and one of the others than rank 0. */
static void communicate(MPI_Session s)
{
    static char memory[1000 + MPI_BSEND_OVERHEAD];
    MPI_Group world, rest;
    MPI_Comm comm, part;
    int rank, size, sum, zero = 0, bytes;
    void *where;
    MPI_Group_from_session_pset(s, "mpi://WORLD", &world);
    MPI_Comm_create_from_group(world, "test", MPI_INFO_NULL,
                               MPI_ERRORS_ARE_FATAL, &comm);
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, comm);
    MUST(sum == size * (size - 1) / 2);
    MPI_Session_attach_buffer(s, memory, sizeof memory);
    MPI_Bsend(&rank, 1, MPI_INT, (rank + 1) % size, 1, comm);
    MPI_Recv(&sum, 1, MPI_INT, (rank + size - 1) % size, 1, comm,
             MPI_STATUS_IGNORE);
    MPI_Session_flush_buffer(s);
    MPI_Session_detach_buffer(s, &where, &bytes);
    MUST(where == memory && bytes == sizeof memory);
    send_buffered(s, comm, (rank + 1) % size, (rank + size - 1) % size);
    MPI_Group_excl(world, 1, &zero, &rest);
    if (rank > 0) {
        MPI_Comm_create_from_group(rest, "rest", MPI_INFO_NULL,
                                   MPI_ERRORS_ARE_FATAL, &part);
        MPI_Comm_size(part, &sum);
        MUST(sum == size - 1);
        MPI_Comm_free(&part);
    }
    if (size > 1) {
        MPI_Group first, mine;
        MPI_Group_incl(world, 1, &zero, &first);
        mine = rank == 0 ? first : rest;
        MPI_Intercomm_create_from_groups(mine, 0, rank == 0 ? rest : first, 0,
                                         "inter", MPI_INFO_NULL,
                                         MPI_ERRORS_ARE_FATAL, &part);
        MPI_Comm_remote_size(part, &sum);
        MUST(sum == (rank == 0 ? size - 1 : 1));
        MPI_Comm_free(&part);
        MPI_Group_free(&first);
    }
    MPI_Barrier(comm);
    MPI_Group_free(&world);
    MPI_Group_free(&rest);
    MPI_Comm_free(&comm);
}

int main(void)
{
    MPI_Session first, second;
    MPI_Errhandler handler;
    MPI_Info info, used;
    char level[64];
    int flag, room = sizeof level;
    MPI_Info_create(&info);
    MPI_Info_set(info, "thread_level", "MPI_THREAD_SINGLE");
    MPI_Session_create_errhandler(note, &handler);
    MPI_Session_init(info, handler, &first);
    MPI_Info_free(&info);
    MPI_Session_get_info(first, &used);
    MPI_Info_get_string(used, "thread_level", &room, level, &flag);
    MUST(flag && strcmp(level, "MPI_THREAD_SINGLE") == 0);
    MPI_Info_free(&used);
    psets(first);
    MUST(handled == 1);
    MPI_Session_call_errhandler(first, MPI_ERR_ARG);
    MUST(handled == 2);
    MPI_Errhandler now;
    MPI_Session_get_errhandler(first, &now);
    MUST(now == handler);
    MPI_Errhandler_free(&now);
    MPI_Session_set_errhandler(first, MPI_ERRORS_RETURN);
    MPI_Session_get_errhandler(first, &now);
    MUST(now == MPI_ERRORS_RETURN);
    MPI_Errhandler_free(&now);
    MPI_Errhandler_free(&handler);
    MPI_Initialized(&flag);
    MUST(!flag);
    communicate(first);
    /* Some ranks open more sessions than others. */
    int times = getpid() % 3;
    for (int i = 0; i < times; i++) {
        MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_RETURN, &second);
        MUST(MPI_Session_fromint(MPI_Session_toint(second)) == second);
        MPI_Session_finalize(&second);
        MUST(second == MPI_SESSION_NULL);
    }
    MPI_Session_finalize(&first);
    for (int i = 0; i < 3; i++) {
        MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &second);
        communicate(second);
        MPI_Session_finalize(&second);
    }
    return 0;
}
