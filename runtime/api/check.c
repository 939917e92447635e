/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sentences of failed checks: what was wrong, and what would be right.
 */
#include "runtime/api/check.h"

#include "runtime/api/api.h"
#include "runtime/base/error.h"

int check_initialized(void)
{
    return library.process ? MPI_SUCCESS
                           : error_make(MPI_ERR_OTHER, "MPI is not running");
}

int check_comm_failed(MPI_Comm handle)
{
    if (handle == MPI_COMM_NULL)
        return error_make(MPI_ERR_COMM, "MPI_COMM_NULL is not a communicator");
    return error_make(MPI_ERR_COMM, "handle 0x%llx is not a communicator",
                      (unsigned long long)(uintptr_t)handle);
}

int check_type_failed(MPI_Datatype handle)
{
    if (handle == MPI_DATATYPE_NULL)
        return error_make(MPI_ERR_TYPE, "MPI_DATATYPE_NULL is not a datatype");
    return error_make(MPI_ERR_TYPE, "handle 0x%llx is not a datatype",
                      (unsigned long long)(uintptr_t)handle);
}

int check_committed_failed(void)
{
    return error_make(MPI_ERR_TYPE, "the datatype was not committed; call "
                      "MPI_Type_commit first");
}

int check_count_failed(MPI_Count count)
{
    return error_make(MPI_ERR_COUNT, "count %lld is negative",
                      (long long)count);
}

static int rank_failed(int error_class, const char *what, int rank,
                       const struct mpi_comm *comm)
{
    return error_make(error_class, "%s %d is not in the communicator, which "
                      "has %d rank%s (0 to %d)", what, rank, comm->size,
                      comm->size == 1 ? "" : "s", comm->size - 1);
}

int check_destination_failed(int rank, const struct mpi_comm *comm)
{
    return rank_failed(MPI_ERR_RANK, "destination rank", rank, comm);
}

int check_source_failed(int rank, const struct mpi_comm *comm)
{
    return rank_failed(MPI_ERR_RANK, "source rank", rank, comm);
}

int check_root_failed(int root, const struct mpi_comm *comm)
{
    return rank_failed(MPI_ERR_ROOT, "root", root, comm);
}

int check_tag_failed(int tag)
{
    if (tag == MPI_ANY_TAG)
        return error_make(MPI_ERR_TAG, "MPI_ANY_TAG cannot be sent with");
    return error_make(MPI_ERR_TAG, "tag %d is negative", tag);
}

int check_buffer_failed(MPI_Count count)
{
    return error_make(MPI_ERR_BUFFER, "the buffer is a null pointer, but the "
                      "count is %lld", (long long)count);
}

int check_pointer_failed(const char *what)
{
    return error_make(MPI_ERR_ARG, "%s is a null pointer", what);
}

int check_op(MPI_Op handle, const struct mpi_datatype *type,
             struct mpi_op **out)
{
    *out = op_find(handle);
    if (*out)
        return op_check(*out, type);
    if (handle == MPI_OP_NULL)
        return error_make(MPI_ERR_OP, "MPI_OP_NULL is not an operation");
    return error_make(MPI_ERR_OP, "handle 0x%llx is not an operation",
                      (unsigned long long)(uintptr_t)handle);
}
