/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Process sets that mpirun -pset names. Arguments NAME=SIZE are the sets that
 * this rank must be told of, beside MPI's own two: each becomes a communicator.
 * peer=NAME is a set of other ranks, to which the first set gets an
 * intercommunicator. "silent": without messages, for agents that no transport
 * joins. Run by psets.sh.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__,       \
                    #condition);                                               \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

static MPI_Session session;
static bool is_silent;

static void nth_is(int n, const char *wanted)
{
    char name[MPI_MAX_PSET_NAME_LEN] = "-";
    int length = sizeof name;
    MPI_Session_get_nth_pset(session, MPI_INFO_NULL, n, &length, name);
    MUST(strcmp(name, wanted) == 0 && length == (int)strlen(wanted) + 1);
}

/* The set is as large as is told, and a communicator of it works. */
static void use(const char *name, int size)
{
    char told[16];
    int flag, ranks, one = 1, sum = 0, room = sizeof told;
    MPI_Info info;
    MPI_Group group;
    MPI_Comm comm;
    MPI_Session_get_pset_info(session, name, &info);
    MPI_Info_get_string(info, "mpi_size", &room, told, &flag);
    MPI_Info_free(&info);
    MUST(flag && atoi(told) == size);
    MPI_Group_from_session_pset(session, name, &group);
    MPI_Group_size(group, &ranks);
    MUST(ranks == size);
    if (!is_silent) {
        MPI_Comm_create_from_group(group, name, MPI_INFO_NULL,
                                   MPI_ERRORS_ARE_FATAL, &comm);
        MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, comm);
        MUST(sum == size);
        MPI_Comm_free(&comm);
    }
    MPI_Group_free(&group);
}

/* Both sides give and get a number through their first ranks. */
static void meet(const char *mine, const char *theirs)
{
    MPI_Group local, remote;
    MPI_Comm inter;
    int rank, size, members, outside, got = -1;
    MPI_Group_from_session_pset(session, mine, &local);
    MPI_Group_from_session_pset(session, theirs, &remote);
    MPI_Group_size(remote, &members);
    MPI_Group_rank(remote, &outside);
    MUST(outside == MPI_UNDEFINED);
    MPI_Intercomm_create_from_groups(local, 0, remote, 0, "meet",
                                     MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL,
                                     &inter);
    MPI_Comm_rank(inter, &rank);
    MPI_Comm_remote_size(inter, &size);
    MUST(size == members);
    if (rank == 0) {
        MPI_Sendrecv(&rank, 1, MPI_INT, 0, 1, &got, 1, MPI_INT, 0, 1, inter,
                     MPI_STATUS_IGNORE);
        MUST(got == 0);
    }
    MPI_Comm_free(&inter);
    MPI_Group_free(&local);
    MPI_Group_free(&remote);
}

static void wrong(const char *name)
{
    char text[MPI_MAX_ERROR_STRING];
    int length, class;
    MPI_Info info = MPI_INFO_NULL;
    MPI_Group group = MPI_GROUP_EMPTY;
    int code = MPI_Group_from_session_pset(session, name, &group);
    MPI_Error_class(code, &class);
    MPI_Error_string(code, text, &length);
    MUST(class == MPI_ERR_ARG && strstr(text, name));
    MUST(group == MPI_GROUP_NULL);
    code = MPI_Session_get_pset_info(session, name, &info);
    MPI_Error_class(code, &class);
    MUST(class == MPI_ERR_ARG && info == MPI_INFO_NULL);
}

int main(int argc, char **argv)
{
    enum { OWN = 2 };
    const char *peer = NULL, *first = NULL;
    int told, count = 0;
    MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_RETURN, &session);
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "peer=", 5) == 0)
            peer = argv[i] + 5;
        else if (strcmp(argv[i], "silent") == 0)
            is_silent = true;
        else
            count++;
    MPI_Session_get_num_psets(session, MPI_INFO_NULL, &told);
    MUST(told == OWN + count);
    nth_is(0, "mpi://WORLD");
    nth_is(1, "mpi://SELF");
    for (int i = 1; i <= count; i++) {
        char *name = strtok(argv[i], "=");
        first = first ? first : name;
        nth_is(OWN + i - 1, name);
        use(name, atoi(strtok(NULL, "=")));
    }
    if (peer)
        meet(first, peer);
    int length = 0;
    MUST(MPI_Session_get_nth_pset(session, MPI_INFO_NULL, told, &length,
                                  NULL) != MPI_SUCCESS);
    wrong("nobody");
    wrong("mpi://nobody");
    MPI_Session_finalize(&session);
    puts("done");
    return 0;
}
