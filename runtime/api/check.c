/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sentences of failed checks: what was wrong, and what would be right.
 */
#include "runtime/api/check.h"

#include "runtime/api/api.h"
#include "runtime/api/instance.h"
#include "runtime/base/config.h"
#include "runtime/base/error.h"

/* Does the user want wrong values to pass? Before MPI runs nobody has asked. */
static bool may_pass(void)
{
    return library.process && !settings.argument_checks;
}

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

static int freed(void)
{
    return error_make(MPI_ERR_TYPE, "the datatype was freed");
}

static int unsupported(const struct mpi_datatype *type)
{
    return error_make(MPI_ERR_TYPE, "%s is not supported on this machine",
                      datatype_name(type));
}

int check_committed_failed(const struct mpi_datatype *type)
{
    if (type->is_freed)
        return freed();
    if (!type->is_supported)
        return unsupported(type);
    if (may_pass())
        return MPI_SUCCESS;
    return error_make(MPI_ERR_TYPE, "the datatype was not committed; call "
                      "MPI_Type_commit first");
}

int check_type(MPI_Datatype handle, struct mpi_datatype **out)
{
    int err = check_any_type(handle, out);
    if (err == MPI_SUCCESS && (*out)->is_freed)
        err = freed();
    else if (err == MPI_SUCCESS && !(*out)->is_supported)
        err = unsupported(*out);
    return err;
}

int check_count_failed(MPI_Count count)
{
    if (may_pass())
        return MPI_SUCCESS;
    return error_make(MPI_ERR_COUNT, "count %lld is negative",
                      (long long)count);
}

static int rank_failed(int error_class, const char *what, int rank,
                       const struct mpi_comm *comm)
{
    if (may_pass())
        return MPI_SUCCESS;
    return error_make(error_class, "%s %d is not in the %s, which "
                      "has %d rank%s (0 to %d)", what, rank,
                      comm_is_inter(comm) ? "remote group" : "communicator",
                      comm->peer_count, comm->peer_count == 1 ? "" : "s",
                      comm->peer_count - 1);
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

int check_intra(const struct mpi_comm *comm)
{
    if (!comm_is_inter(comm))
        return MPI_SUCCESS;
    return error_make(MPI_ERR_COMM, "an intercommunicator is not allowed "
                      "here");
}

int check_inter(const struct mpi_comm *comm)
{
    if (comm_is_inter(comm))
        return MPI_SUCCESS;
    return error_make(MPI_ERR_COMM, "the communicator is not an "
                      "intercommunicator");
}

int check_tag_failed(int tag)
{
    if (may_pass())
        return MPI_SUCCESS;
    if (tag == MPI_ANY_TAG)
        return error_make(MPI_ERR_TAG, "MPI_ANY_TAG cannot be sent with");
    return error_make(MPI_ERR_TAG, "tag %d is negative", tag);
}

int check_buffer_failed(const void *buffer, MPI_Count count,
                        const struct mpi_datatype *type)
{
    if (count == 0 || type->size == 0 || may_pass())
        return MPI_SUCCESS;
    if (buffer == MPI_IN_PLACE)
        return error_make(MPI_ERR_BUFFER, "MPI_IN_PLACE is not a buffer here");
    if (!buffer)
        return error_make(MPI_ERR_BUFFER, "the buffer is a null pointer, but "
                          "the count is %lld", (long long)count);
    return error_make(MPI_ERR_BUFFER, "%p is not a buffer", buffer);
}

int check_distinct_failed(void)
{
    return error_make(MPI_ERR_BUFFER, "the send and the receive buffer are "
                      "the same; MPI_IN_PLACE may say so");
}

int check_pointer_failed(const char *what)
{
    if (may_pass())
        return MPI_SUCCESS;
    return error_make(MPI_ERR_ARG, "%s is a null pointer", what);
}

int check_any_op(MPI_Op handle, struct mpi_op **out)
{
    *out = op_find(handle);
    if (*out && !(*out)->is_freed)
        return MPI_SUCCESS;
    if (*out)
        return error_make(MPI_ERR_OP, "the operation was freed");
    if (handle == MPI_OP_NULL)
        return error_make(MPI_ERR_OP, "MPI_OP_NULL is not an operation");
    return error_make(MPI_ERR_OP, "handle 0x%llx is not an operation",
                      (unsigned long long)(uintptr_t)handle);
}

int check_op(MPI_Op handle, const struct mpi_datatype *type,
             struct mpi_op **out)
{
    int err = check_any_op(handle, out);
    return err == MPI_SUCCESS ? op_check(*out, type) : err;
}

int check_group(MPI_Group handle, struct mpi_group **out)
{
    *out = group_find(handle);
    if (*out && group_is_given(*out))
        return MPI_SUCCESS;
    if (handle == MPI_GROUP_NULL)
        return error_make(MPI_ERR_GROUP, "MPI_GROUP_NULL is not a group");
    return error_make(MPI_ERR_GROUP, "handle 0x%llx is not a group",
                      (unsigned long long)(uintptr_t)handle);
}

int check_info(MPI_Info handle, struct mpi_info **out)
{
    int err = objects_open();
    if (err != MPI_SUCCESS)
        return err;
    *out = info_find(handle);
    if (*out)
        return MPI_SUCCESS;
    if (handle == MPI_INFO_NULL)
        return error_make(MPI_ERR_INFO, "MPI_INFO_NULL is not an info");
    return error_make(MPI_ERR_INFO, "handle 0x%llx is not an info",
                      (unsigned long long)(uintptr_t)handle);
}

int check_info_or_null(MPI_Info handle, struct mpi_info **out)
{
    *out = NULL;
    return handle == MPI_INFO_NULL ? MPI_SUCCESS : check_info(handle, out);
}

int check_request(MPI_Request handle, struct mpi_request **out)
{
    *out = request_find(handle);
    if (*out)
        return MPI_SUCCESS;
    if (handle == MPI_REQUEST_NULL)
        return error_make(MPI_ERR_REQUEST, "MPI_REQUEST_NULL is not a request "
                          "that can be used here");
    return error_make(MPI_ERR_REQUEST, "handle 0x%llx is not a request",
                      (unsigned long long)(uintptr_t)handle);
}
