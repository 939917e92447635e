/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Init to MPI_Finalize (MPI 5.0, chapter 11): opening the layers bottom to
 * top, making the two predefined communicators, and the reverse.
 */
#define LOG_MODULE "mpi"
#include "runtime/api/api.h"

#include <stdlib.h>

#include "collectives/coll.h"
#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "runtime/comm/comm.h"
#include "runtime/objects/errhandler.h"
#include "runtime/objects/group.h"
#include "runtime/p2p/p2p.h"
#include "transport/transports.h"

enum { CONTEXT_WORLD, CONTEXT_SELF };

static int open_objects(void)
{
    int err = datatype_init_predefined();
    if (err == MPI_SUCCESS)
        err = op_init_predefined();
    if (err == MPI_SUCCESS)
        err = errhandler_init_predefined();
    if (err == MPI_SUCCESS)
        err = group_init_predefined();
    return err;
}

static void close_objects(void)
{
    group_fini_predefined();
    errhandler_fini_predefined();
    op_fini_predefined();
    datatype_fini_predefined();
}

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

static int open_p2p(void)
{
    const struct transport_ops *allowed[TRANSPORTS_MAX];
    unsigned count;
    int err = transports_allowed(allowed, &count);
    if (err != MPI_SUCCESS)
        return err;
    return p2p_open(library.process, allowed, count, &library.p2p);
}

/* The first error ends the program: there is no communicator yet whose error
 * handler could be asked. Each layer has logged its cause. */
static void open_or_exit(void)
{
    int err = process_open(&library.process);
    if (err != MPI_SUCCESS)
        exit(1);
    err = open_objects();
    if (err == MPI_SUCCESS)
        err = open_p2p();
    if (err == MPI_SUCCESS)
        err = open_comms();
    if (err != MPI_SUCCESS)
        process_abort(library.process, 1, "MPI_Init failed");
    library.process->status->state = STATUS_INITIALIZED;
}

static int init(int required, int *provided, const char *function)
{
    if (library.process || library.is_finalized) {
        log_error("%s was called a second time", function);
        exit(1);
    }
    library.thread_level =
        required < MPI_THREAD_FUNNELED ? required : MPI_THREAD_FUNNELED;
    library.main_thread = pthread_self();
    open_or_exit();
    if (provided)
        *provided = library.thread_level;
    return MPI_SUCCESS;
}

PROFILE(MPI_Init);
int MPI_Init(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return init(MPI_THREAD_SINGLE, NULL, "MPI_Init");
}

PROFILE(MPI_Init_thread);
int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
    (void)argc, (void)argv;
    return init(required, provided, "MPI_Init_thread");
}

PROFILE(MPI_Finalize);
int MPI_Finalize(void)
{
    int err = check_initialized();
    if (err != MPI_SUCCESS)
        return api_raise(NULL, err, "MPI_Finalize");
    struct process *process = library.process;
    status_enter(process->status, CALL_FINALIZE, MPI_PROC_NULL, MPI_ANY_TAG, 0);
    /* Every rank's messages have been received when this has passed, so that
     * no rank waits for one that no longer makes progress. */
    const struct coll_args barrier = { .kind = COLL_BARRIER,
                                       .comm = library.world };
    p2p_flush(library.p2p);
    err = coll_run(&barrier);
    if (err == MPI_SUCCESS)
        p2p_flush(library.p2p);
    if (err == MPI_SUCCESS)
        err = boot_barrier(process->boot);
    if (err != MPI_SUCCESS)
        return api_raise(library.world, err, "MPI_Finalize");
    comm_release(library.self);
    comm_release(library.world);
    p2p_close(library.p2p);
    close_objects();
    process_close(process);
    library = (struct library){ .is_finalized = true };
    return MPI_SUCCESS;
}

PROFILE(MPI_Initialized);
int MPI_Initialized(int *flag)
{
    *flag = library.process != NULL || library.is_finalized;
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
