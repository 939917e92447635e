/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of a user's arguments: MPI_SUCCESS (and *out set), or a code with a
 * sentence.
 *
 * The good case is inline and a handful of instructions, because every
 * MPI_Send pays it; the sentences are made out of line, in check.c.
 */
#ifndef API_CHECK_H
#define API_CHECK_H

#include <mpi.h>

#include "runtime/base/platform.h"
#include "runtime/objects/comm.h"
#include "runtime/objects/datatype.h"
#include "runtime/objects/op.h"

/* Is the library between MPI_Init and MPI_Finalize? Functions that look up a
 * communicator need not ask: none is found outside. */
int check_initialized(void);

int check_comm_failed(MPI_Comm handle) COLD;
int check_type_failed(MPI_Datatype handle) COLD;
int check_committed_failed(void) COLD;
int check_count_failed(MPI_Count count) COLD;
int check_destination_failed(int rank, const struct mpi_comm *comm) COLD;
int check_source_failed(int rank, const struct mpi_comm *comm) COLD;
int check_root_failed(int root, const struct mpi_comm *comm) COLD;
int check_tag_failed(int tag) COLD;
int check_buffer_failed(MPI_Count count) COLD;
int check_pointer_failed(const char *what) COLD;

static inline int check_comm(MPI_Comm handle, struct mpi_comm **out)
{
    *out = comm_find(handle);
    return LIKELY(*out != NULL) ? MPI_SUCCESS : check_comm_failed(handle);
}

static inline int check_count(MPI_Count count)
{
    return LIKELY(count >= 0) ? MPI_SUCCESS : check_count_failed(count);
}

static inline int check_type(MPI_Datatype handle, struct mpi_datatype **out)
{
    *out = datatype_find(handle);
    return LIKELY(*out != NULL) ? MPI_SUCCESS : check_type_failed(handle);
}

/* As check_type; the type must be committed too. */
static inline int check_committed(MPI_Datatype handle,
                                  struct mpi_datatype **out)
{
    int err = check_type(handle, out);
    if (UNLIKELY(err != MPI_SUCCESS))
        return err;
    return LIKELY((*out)->is_committed) ? MPI_SUCCESS
                                        : check_committed_failed();
}

/* An operation that may reduce elements of type. */
int check_op(MPI_Op handle, const struct mpi_datatype *type,
             struct mpi_op **out);

/* A buffer for count elements: not NULL unless there are no bytes or the type
 * has absolute addresses (MPI_BOTTOM). */
static inline int check_buffer(const void *buffer, MPI_Count count,
                               const struct mpi_datatype *type)
{
    if (LIKELY(buffer != NULL) || count == 0 || type->size == 0 ||
        type->true_lb != 0)
        return MPI_SUCCESS;
    return check_buffer_failed(count);
}

/* A rank in comm, or MPI_PROC_NULL. */
static inline int check_destination(int rank, const struct mpi_comm *comm)
{
    if (LIKELY((unsigned)rank < (unsigned)comm->size) || rank == MPI_PROC_NULL)
        return MPI_SUCCESS;
    return check_destination_failed(rank, comm);
}

/* As check_destination, or MPI_ANY_SOURCE. */
static inline int check_source(int rank, const struct mpi_comm *comm)
{
    if (LIKELY((unsigned)rank < (unsigned)comm->size) ||
        rank == MPI_ANY_SOURCE || rank == MPI_PROC_NULL)
        return MPI_SUCCESS;
    return check_source_failed(rank, comm);
}

static inline int check_root(int root, const struct mpi_comm *comm)
{
    return LIKELY((unsigned)root < (unsigned)comm->size)
               ? MPI_SUCCESS
               : check_root_failed(root, comm);
}

static inline int check_send_tag(int tag)
{
    return LIKELY(tag >= 0) ? MPI_SUCCESS : check_tag_failed(tag);
}

/* As check_send_tag, or MPI_ANY_TAG. */
static inline int check_recv_tag(int tag)
{
    return LIKELY(tag >= 0 || tag == MPI_ANY_TAG) ? MPI_SUCCESS
                                                  : check_tag_failed(tag);
}

/* An out-argument the user must provide; what names it in the sentence. */
static inline int check_pointer(const void *pointer, const char *what)
{
    return LIKELY(pointer != NULL) ? MPI_SUCCESS : check_pointer_failed(what);
}

#endif
