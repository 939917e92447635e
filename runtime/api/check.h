/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of a user's arguments: MPI_SUCCESS (and *out set), or a code with a
 * sentence.
 *
 * The good case is inline and a handful of instructions, because every
 * MPI_Send pays it; the sentences are made out of line, in check.c. Values are
 * not checked after configure --disable-argument-checks, and wrong ones pass
 * when BATON_ARGUMENT_CHECKS is no. Handles are looked up in any case.
 */
#ifndef API_CHECK_H
#define API_CHECK_H

#include <stdint.h>

#include <mpi.h>

#include "runtime/base/platform.h"
#include "runtime/objects/comm.h"
#include "runtime/objects/datatype.h"
#include "runtime/objects/group.h"
#include "runtime/objects/info.h"
#include "runtime/objects/op.h"
#include "runtime/objects/request.h"

/* Is the value right, or not to be looked at? */
#define IS_RIGHT(condition) LIKELY(!BATON_ARGUMENT_CHECKS || (condition))

/* Is the library between MPI_Init and MPI_Finalize? Functions that look up a
 * communicator need not ask: none is found outside. */
int check_initialized(void);

int check_comm_failed(MPI_Comm handle) COLD;
int check_type_failed(MPI_Datatype handle) COLD;
int check_committed_failed(const struct mpi_datatype *type) COLD;
int check_count_failed(MPI_Count count) COLD;
int check_destination_failed(int rank, const struct mpi_comm *comm) COLD;
int check_source_failed(int rank, const struct mpi_comm *comm) COLD;
int check_root_failed(int root, const struct mpi_comm *comm) COLD;
int check_tag_failed(int tag) COLD;
int check_buffer_failed(const void *buffer, MPI_Count count,
                        const struct mpi_datatype *type) COLD;
int check_pointer_failed(const char *what) COLD;

static inline int check_comm(MPI_Comm handle, struct mpi_comm **out)
{
    *out = comm_find(handle);
    return LIKELY(*out != NULL) ? MPI_SUCCESS : check_comm_failed(handle);
}

/* Not an intercommunicator. */
int check_intra(const struct mpi_comm *comm);

/* An intercommunicator. */
int check_inter(const struct mpi_comm *comm);

static inline int check_count(MPI_Count count)
{
    return IS_RIGHT(count >= 0) ? MPI_SUCCESS : check_count_failed(count);
}

/* Any datatype, also one that was freed or is not supported: for queries. */
static inline int check_any_type(MPI_Datatype handle, struct mpi_datatype **out)
{
    *out = datatype_find(handle);
    return LIKELY(*out != NULL) ? MPI_SUCCESS : check_type_failed(handle);
}

/* A datatype to make others of. */
int check_type(MPI_Datatype handle, struct mpi_datatype **out);

/* A datatype to communicate with: it is committed, which those that were freed
 * or are not supported are not. */
static inline int check_committed(MPI_Datatype handle,
                                  struct mpi_datatype **out)
{
    int err = check_any_type(handle, out);
    if (UNLIKELY(err != MPI_SUCCESS))
        return err;
    return IS_RIGHT((*out)->is_committed) ? MPI_SUCCESS
                                          : check_committed_failed(*out);
}

int check_group(MPI_Group handle, struct mpi_group **out);

/* A request other than MPI_REQUEST_NULL. */
int check_request(MPI_Request handle, struct mpi_request **out);

int check_info(MPI_Info handle, struct mpi_info **out);

/* As check_info; *out is NULL for MPI_INFO_NULL. */
int check_info_or_null(MPI_Info handle, struct mpi_info **out);

/* Any operation that was not freed. */
int check_any_op(MPI_Op handle, struct mpi_op **out);

/* An operation that may reduce elements of type. */
int check_op(MPI_Op handle, const struct mpi_datatype *type,
             struct mpi_op **out);

/* A buffer for count elements: its data do not begin in the first page, where
 * the null pointer and sentinels such as MPI_IN_PLACE are, unless there are no
 * bytes. With MPI_BOTTOM the type holds the address. */
static inline int check_buffer(const void *buffer, MPI_Count count,
                               const struct mpi_datatype *type)
{
    if (IS_RIGHT((uintptr_t)buffer + (uintptr_t)type->true_lb >= 4096))
        return MPI_SUCCESS;
    return check_buffer_failed(buffer, count, type);
}

/* Two buffers that hold data and whose first bytes must not be the same. */
int check_distinct_failed(void) COLD;

static inline int check_distinct(const void *sent,
                                 const struct mpi_datatype *sent_type,
                                 const void *received,
                                 const struct mpi_datatype *received_type)
{
    if (LIKELY((uintptr_t)sent + (uintptr_t)sent_type->true_lb !=
               (uintptr_t)received + (uintptr_t)received_type->true_lb))
        return MPI_SUCCESS;
    return check_distinct_failed();
}

/* A rank in comm, or MPI_PROC_NULL. */
static inline int check_destination(int rank, const struct mpi_comm *comm)
{
    if (IS_RIGHT((unsigned)rank < (unsigned)comm->peer_count) ||
        rank == MPI_PROC_NULL)
        return MPI_SUCCESS;
    return check_destination_failed(rank, comm);
}

/* As check_destination, or MPI_ANY_SOURCE. */
static inline int check_source(int rank, const struct mpi_comm *comm)
{
    if (IS_RIGHT((unsigned)rank < (unsigned)comm->peer_count) ||
        rank == MPI_ANY_SOURCE || rank == MPI_PROC_NULL)
        return MPI_SUCCESS;
    return check_source_failed(rank, comm);
}

static inline int check_root(int root, const struct mpi_comm *comm)
{
    return IS_RIGHT((unsigned)root < (unsigned)comm->size)
               ? MPI_SUCCESS
               : check_root_failed(root, comm);
}

static inline int check_send_tag(int tag)
{
    return IS_RIGHT(tag >= 0) ? MPI_SUCCESS : check_tag_failed(tag);
}

/* As check_send_tag, or MPI_ANY_TAG. */
static inline int check_recv_tag(int tag)
{
    return IS_RIGHT(tag >= 0 || tag == MPI_ANY_TAG) ? MPI_SUCCESS
                                                    : check_tag_failed(tag);
}

/* An out-argument the user must provide; what names it in the sentence. */
static inline int check_pointer(const void *pointer, const char *what)
{
    return IS_RIGHT(pointer != NULL) ? MPI_SUCCESS : check_pointer_failed(what);
}

#endif
