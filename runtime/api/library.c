/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The library of this process and the way of every error to its handler.
 */
#define LOG_MODULE "mpi"
#include "runtime/api/api.h"

#include <stdio.h>
#include <stdlib.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/process.h"
#include "runtime/objects/errhandler.h"
#include "runtime/objects/error_text.h"
#include "runtime/p2p/p2p.h"

struct library library = { .is_shared = true, .lock = LOCK_INITIALIZER };

void library_lock(void)
{
    lock_take(&library.lock);
}

void library_unlock(void)
{
    struct process *process = library.process;
    if (process && !list_is_empty(&process->progress.sleepers))
        progress_wake_threads(&process->progress);
    lock_release(&library.lock);
}

void library_set_level(int level)
{
    library.thread_level = level;
    library.main_thread = pthread_self();
    library.is_shared = level == MPI_THREAD_MULTIPLE;
    comm_recent = &comm_none;
    p2p_share(library.p2p, library.is_shared ? &library.lock : NULL);
    if (level > MPI_THREAD_SINGLE)
        library.process->may_have_threads = true;
}

/* An error in a call that came too early or too late: no job to tell. */
static void die_outside(const char *function)
{
    log_error("%s was called %s", function,
              library.is_finalized ? "after MPI_Finalize"
                                   : "before MPI_Init");
    exit(1);
}

void api_die(int err, const char *function)
{
    char sentence[600];
    error_name_function(err, function);
    if (error_sentence(err))
        snprintf(sentence, sizeof sentence, "%s", error_sentence(err));
    else
        snprintf(sentence, sizeof sentence, "%s: %s", function,
                 error_text(err));
    process_abort(library.process, error_class_of(err), sentence);
}

static bool has_default_handler(const struct mpi_comm *comm)
{
    return library.world && comm->errhandler->object.handle ==
                                (uintptr_t)MPI_ERRORS_ARE_FATAL;
}

/* The communicator at which errors of comm (NULL: of no object) are raised, or
 * NULL: there are sessions only. */
static struct mpi_comm *raise_at(struct mpi_comm *comm)
{
    if (!comm)
        comm = library.self;
    if (comm && settings.errors_at_world && has_default_handler(comm))
        comm = library.world;
    return comm;
}

static bool is_fatal(const struct mpi_errhandler *handler)
{
    return handler->of != KIND_COMM &&
           handler->object.handle != (uintptr_t)MPI_ERRORS_RETURN;
}

bool api_is_fatal(struct mpi_comm *comm)
{
    const struct mpi_comm *at = raise_at(comm);
    return !at || is_fatal(at->errhandler);
}

int api_raise(struct mpi_comm *comm, int err, const char *function)
{
    if (!library.process)
        die_outside(function);
    error_name_function(err, function);
    comm = raise_at(comm);
    if (!comm || is_fatal(comm->errhandler))
        api_die(err, function);
    const struct mpi_errhandler *handler = comm->errhandler;
    if (handler->of == KIND_COMM) {
        /* A request may outlive the handle of its communicator. */
        MPI_Comm handle =
            comm->object.handle ? comm_handle(comm) : MPI_COMM_NULL;
        int code = err;
        handler->user.comm(&handle, &code, NULL);
    }
    return err;
}

int api_raise_anytime(int err, const char *function)
{
    if (library.process)
        return api_raise(NULL, err, function);
    log_error("%s: %s", function, error_text(err));
    exit(1);
}
