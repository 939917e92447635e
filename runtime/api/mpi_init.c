/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Init to MPI_Finalize (MPI 5.0, 11.2): the world model, which is an instance
 * and its two predefined communicators.
 */
#define LOG_MODULE "mpi"
#include "runtime/api/api.h"

#include <stdlib.h>

#include "collectives/coll.h"
#include "runtime/api/check.h"
#include "runtime/api/info_env.h"
#include "runtime/api/instance.h"
#include "runtime/base/clock.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "runtime/comm/comm.h"
#include "runtime/comm/context_id.h"
#include "runtime/objects/attr.h"
#include "runtime/objects/errhandler.h"
#include "runtime/objects/group.h"
#include "runtime/objects/info.h"
#include "runtime/p2p/bsend.h"
#include "runtime/p2p/p2p.h"

/* A predefined communicator over count ranks of the job. */
static int open_comm(const int *worlds, int count, uint32_t context,
                     MPI_Comm handle, struct mpi_comm **out)
{
    struct mpi_group *group;
    int err = group_create(worlds, count, library.process->world, &group);
    if (err != MPI_SUCCESS)
        return err;
    err = comm_create(library.p2p, group, context,
                      errhandler_find(MPI_ERRORS_ARE_FATAL), out);
    group_release(group);
    if (err == MPI_SUCCESS)
        err = handle_add_predefined(&(*out)->object, (uintptr_t)handle);
    return err;
}

static int open_comms(void)
{
    const int count = library.process->world_count;
    int *worlds = malloc((size_t)count * sizeof(*worlds));
    if (!worlds)
        return MPI_ERR_NO_MEM;
    for (int i = 0; i < count; i++)
        worlds[i] = i;
    int err = open_comm(worlds, count, CONTEXT_WORLD, MPI_COMM_WORLD,
                        &library.world);
    free(worlds);
    if (err == MPI_SUCCESS)
        err = open_comm(&library.process->world, 1, CONTEXT_SELF,
                        MPI_COMM_SELF, &library.self);
    return err;
}

/* The lowest level that is at least required, or the highest. */
static int level_for(int required)
{
    if (required <= MPI_THREAD_SINGLE)
        return MPI_THREAD_SINGLE;
    if (required <= MPI_THREAD_FUNNELED)
        return MPI_THREAD_FUNNELED;
    return required <= MPI_THREAD_SERIALIZED ? MPI_THREAD_SERIALIZED
                                             : MPI_THREAD_MULTIPLE;
}

static int init(int required, int *provided, const char *function)
{
    if (library.is_initialized || library.is_finalized) {
        log_error("%s was called a second time", function);
        exit(1);
    }
    instance_open(function);
    if (library.sessions == 0)
        library_set_level(level_for(required));
    library.main_thread = pthread_self();
    int err = open_comms();
    if (err == MPI_SUCCESS)
        err = info_env_fill(info_find(MPI_INFO_ENV), 0, NULL);
    if (err == MPI_SUCCESS)
        err = info_env_fill_job(info_find(MPI_INFO_ENV));
    if (err != MPI_SUCCESS)
        process_abort(library.process, 1, "MPI_Init failed");
    library.is_initialized = true;
    if (provided)
        *provided = library.thread_level;
    return MPI_SUCCESS;
}

PROFILE(MPI_Init);
int MPI_Init(int *argc, char ***argv)
{
    LIBRARY_LOCKED_ALWAYS;
    (void)argc, (void)argv;
    return init(MPI_THREAD_SINGLE, NULL, "MPI_Init");
}

PROFILE(MPI_Init_thread);
int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
    LIBRARY_LOCKED_ALWAYS;
    (void)argc, (void)argv;
    return init(required, provided, "MPI_Init_thread");
}

/* The users' functions run first, while all of MPI still works (MPI 5.0,
 * 11.4.2). */
static int delete_attributes(void)
{
    int err = attr_delete_all(&library.self->attrs, MPI_COMM_SELF);
    if (err == MPI_SUCCESS)
        err = attr_delete_all(&library.world->attrs, MPI_COMM_WORLD);
    return err;
}

static void close_comms(void)
{
    comm_release(library.self);
    comm_release(library.world);
    library.self = NULL;
    library.world = NULL;
    library.is_initialized = false;
    library.is_finalized = true;
    if (library.sessions > 0 || library.had_sessions)
        instance_close_at_exit();
    else
        instance_close();
}

/* The ranks cannot meet. Is it because one died? A broken connection may be
 * seen before its reason. */
static bool is_for_a_death(struct process *process)
{
    const uint64_t end = clock_nsec() + 1000000000u;
    while (!process_has_deaths(process) && clock_nsec() < end)
        progress_round(&process->progress);
    return process_has_deaths(process);
}

PROFILE(MPI_Finalize);
int MPI_Finalize(void)
{
    LIBRARY_LOCKED;
    int err = check_initialized();
    if (err == MPI_SUCCESS && !library.is_initialized)
        err = error_make(MPI_ERR_OTHER, "only sessions were initialized");
    if (err == MPI_SUCCESS)
        err = delete_attributes();
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Finalize");
    struct process *process = library.process;
    status_enter(process->status, CALL_FINALIZE, MPI_PROC_NULL, MPI_ANY_TAG, 0);
    /* Every rank's messages have been received when this has passed, so that
     * no rank waits for one that no longer makes progress. */
    const struct coll_args barrier = { .kind = COLL_BARRIER,
                                       .comm = library.world };
    void *memory;
    MPI_Count bytes;
    bsend_detach(&process->buffer, &process->progress, &memory, &bytes);
    p2p_flush(library.p2p);
    int result = coll_run(&barrier);
    if (result != MPI_SUCCESS)
        result = is_for_a_death(process)
                     ? MPI_SUCCESS
                     : api_raise(library.world, result, "MPI_Finalize");
    p2p_flush(library.p2p);
    err = process_meet(process);
    if (err != MPI_SUCCESS)
        return api_raise(library.world, err, "MPI_Finalize");
    close_comms();
    return result;
}

PROFILE(MPI_Initialized);
int MPI_Initialized(int *flag)
{
    *flag = library.is_initialized || library.is_finalized;
    return MPI_SUCCESS;
}

PROFILE(MPI_Finalized);
int MPI_Finalized(int *flag)
{
    *flag = library.is_finalized;
    return MPI_SUCCESS;
}

PROFILE(MPI_Query_thread);
int MPI_Query_thread(int *provided)
{
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        *provided = library.thread_level;
    return api_result(NULL, err, "MPI_Query_thread");
}

PROFILE(MPI_Is_thread_main);
int MPI_Is_thread_main(int *flag)
{
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        *flag = pthread_equal(library.main_thread, pthread_self()) != 0;
    return api_result(NULL, err, "MPI_Is_thread_main");
}
