/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A setting written by a tool before MPI_Init has its effect: with a smaller
 * eager limit the same message takes another protocol. Later it cannot be
 * written.
 *
 * ranks: 2
 */
#include "../check.h"

#define IS(call, wanted) CHECK((call) == (wanted))
#define OK(call) IS(call, MPI_SUCCESS)

static void set(const char *name, unsigned long value, int wanted)
{
    MPI_T_cvar_handle handle;
    unsigned long now = 0;
    int index, count;
    OK(MPI_T_cvar_get_index(name, &index));
    OK(MPI_T_cvar_handle_alloc(index, NULL, &handle, &count));
    IS(MPI_T_cvar_write(handle, &value), wanted);
    OK(MPI_T_cvar_read(handle, &now));
    CHECK((now == value) == (wanted == MPI_SUCCESS));
    OK(MPI_T_cvar_handle_free(&handle));
}

int main(int argc, char **argv)
{
    static char data[3000];
    int level, index, count, rank;
    MPI_T_pvar_session session;
    MPI_T_pvar_handle rendezvous;
    unsigned long long value;
    OK(MPI_T_init_thread(MPI_THREAD_SINGLE, &level));
    set("BATON_SHM_EAGER_BYTES", 1000, MPI_SUCCESS);
    set("BATON_VERBS_EAGER_BYTES", 1000, MPI_SUCCESS);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    set("BATON_SHM_EAGER_BYTES", 4000, MPI_T_ERR_CVAR_SET_NOT_NOW);
    OK(MPI_T_cvar_get_info(0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                           &count));
    CHECK(count == MPI_T_SCOPE_READONLY);
    OK(MPI_T_pvar_get_index("rendezvous_messages", MPI_T_PVAR_CLASS_COUNTER,
                            &index));
    OK(MPI_T_pvar_session_create(&session));
    OK(MPI_T_pvar_handle_alloc(session, index, NULL, &rendezvous, &count));
    OK(MPI_T_pvar_start(session, rendezvous));
    if (rank == 0)
        MPI_Send(data, sizeof data, MPI_CHAR, 1, 0, MPI_COMM_WORLD);
    else
        MPI_Recv(data, sizeof data, MPI_CHAR, 0, 0, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
    OK(MPI_T_pvar_read(session, rendezvous, &value));
    CHECK(rank == 1 || value == 1);
    OK(MPI_T_pvar_session_free(&session));
    MPI_Finalize();
    OK(MPI_T_finalize());
    return 0;
}
