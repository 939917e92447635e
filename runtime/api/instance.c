/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening the layers bottom to top, and the reverse. Predefined objects stay
 * for the life of the program: they are tables without a connection to it.
 */
#define LOG_MODULE "mpi"
#include "runtime/api/instance.h"

#include <stdio.h>
#include <stdlib.h>

#include "runtime/api/api.h"
#include "runtime/base/process.h"
#include "runtime/base/status.h"
#include "runtime/comm/comm.h"
#include "runtime/comm/context_id.h"
#include "runtime/objects/errhandler.h"
#include "runtime/objects/group.h"
#include "runtime/objects/info.h"
#include "runtime/objects/op.h"
#include "runtime/p2p/p2p.h"
#include "transport/transports.h"

static int objects_error;

static void open_objects(void)
{
    int err = datatype_init_predefined();
    if (err == MPI_SUCCESS)
        err = op_init_predefined();
    if (err == MPI_SUCCESS)
        err = errhandler_init_predefined();
    if (err == MPI_SUCCESS)
        err = group_init_predefined();
    if (err == MPI_SUCCESS)
        err = info_init_predefined();
    objects_error = err;
}

int objects_open(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_objects);
    return objects_error;
}

static int open_p2p(void)
{
    const struct transport_ops *allowed[TRANSPORTS_MAX];
    unsigned count;
    int err = transports_allowed(allowed, &count);
    if (err != MPI_SUCCESS)
        return err;
    err = p2p_open(library.process, allowed, count, &library.p2p);
    if (err == MPI_SUCCESS) /* all ranks have opened, for they have met */
        process_choose_waiting(library.process);
    return err;
}

void instance_open(const char *function)
{
    if (library.process)
        return;
    int err = process_open(&library.process);
    if (err != MPI_SUCCESS)
        exit(1);
    err = objects_open();
    if (err == MPI_SUCCESS)
        err = open_p2p();
    if (err != MPI_SUCCESS) {
        char sentence[64];
        snprintf(sentence, sizeof sentence, "%s failed", function);
        process_abort(library.process, 1, sentence);
    }
    library.process->status->state = STATUS_INITIALIZED;
}

int instance_base(void)
{
    const struct process *p = library.process;
    struct mpi_group *all;
    if (library.base)
        return MPI_SUCCESS;
    int err = group_create_range(p->world_count, p->world, &all);
    if (err != MPI_SUCCESS)
        return err;
    err = comm_create(library.p2p, all, CONTEXT_BASE,
                      errhandler_find(MPI_ERRORS_RETURN), &library.base);
    group_release(all);
    return err;
}

void instance_close(void)
{
    if (library.base)
        comm_release(library.base);
    library.base = NULL;
    p2p_close(library.p2p);
    process_close(library.process);
    library.p2p = NULL;
    library.process = NULL;
    library.is_shared = true;
}

static void close_now(void)
{
    /* Who exits inside of MPI is missed by the others, not waited for. */
    if (!library.process || library.is_initialized || library.sessions > 0)
        return;
    p2p_flush(library.p2p);
    if (boot_barrier(library.process->boot) == MPI_SUCCESS)
        instance_close();
}

void instance_close_at_exit(void)
{
    static bool is_registered;
    if (!is_registered)
        atexit(close_now);
    is_registered = true;
}
