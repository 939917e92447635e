/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every MPI_X function uses: its two names, the checks of its arguments,
 * and the one place where errors meet error handlers.
 *
 * A function reads: check the arguments, convert handles to objects, call one
 * function of a layer below, return api_result(...). Its int form and its
 * large-count form share a static function.
 */
#ifndef API_API_H
#define API_API_H

#include <mpi.h>

#include "runtime/objects/comm.h"
#include "runtime/objects/datatype.h"
#include "runtime/objects/op.h"
#include "runtime/objects/request.h"

/*
 * Stands before the definition of MPI_X: exports it as a weak symbol, and
 * PMPI_X as a strong one at the same address, so that a tool can replace MPI_X
 * (MPI 5.0, 15.2.1). Large-count pairs name both.
 */
#define PROFILE(name)                                                          \
    extern __typeof__(name) P##name                                            \
        __attribute__((alias(#name), visibility("default")));                  \
    extern __typeof__(name) name __attribute__((weak, visibility("default")))

/* The MPI library of this process, between MPI_Init and MPI_Finalize. */
struct library {
    struct process *process; /* NULL before and after */
    struct p2p *p2p;
    struct mpi_comm *world;
    struct mpi_comm *self;
    int thread_level;
    bool is_finalized;
};

extern struct library library;

/*
 * The end of every MPI function. MPI_SUCCESS passes through; an error goes to
 * comm's error handler (comm NULL: that of MPI_COMM_SELF), which may return it,
 * call the user, or end the job with a sentence that names the function.
 */
int api_raise(struct mpi_comm *comm, int err, const char *function) COLD;

static inline int api_result(struct mpi_comm *comm, int err,
                             const char *function)
{
    return LIKELY(err == MPI_SUCCESS) ? err : api_raise(comm, err, function);
}

/*
 * Checks: MPI_SUCCESS and *out set, or a code with a sentence. All but
 * check_initialized assume an initialized library.
 */
int check_initialized(void);
int check_comm(MPI_Comm handle, struct mpi_comm **out);
int check_count(MPI_Count count);
int check_type(MPI_Datatype handle, struct mpi_datatype **out);
/* As check_type; the type must be committed. */
int check_committed(MPI_Datatype handle, struct mpi_datatype **out);
int check_op(MPI_Op handle, const struct mpi_datatype *type,
             struct mpi_op **out);
/* A buffer for count elements: not NULL unless there are no bytes or the type
 * has absolute addresses (MPI_BOTTOM). */
int check_buffer(const void *buffer, MPI_Count count,
                 const struct mpi_datatype *type);
/* A rank in comm, or MPI_PROC_NULL. */
int check_destination(int rank, const struct mpi_comm *comm);
/* As check_destination, or MPI_ANY_SOURCE. */
int check_source(int rank, const struct mpi_comm *comm);
int check_root(int root, const struct mpi_comm *comm);
int check_send_tag(int tag);
int check_recv_tag(int tag); /* or MPI_ANY_TAG */
int check_pointer(const void *pointer, const char *what);

#endif
