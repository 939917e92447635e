/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a communicator is, and its end (MPI 5.0, chapter 7). Those that make one
 * are in mpi_comm_create.c and mpi_intercomm.c.
 */
#include "runtime/api/api.h"

#include <stdio.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/comm/comm.h"
#include "runtime/objects/attr.h"
#include "runtime/objects/group.h"

PROFILE(MPI_Comm_rank);
int MPI_Comm_rank(MPI_Comm comm, int *rank)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_pointer(rank, "rank");
    if (LIKELY(err == MPI_SUCCESS))
        *rank = c->rank;
    return api_result(c, err, "MPI_Comm_rank");
}

PROFILE(MPI_Comm_size);
int MPI_Comm_size(MPI_Comm comm, int *size)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_pointer(size, "size");
    if (LIKELY(err == MPI_SUCCESS))
        *size = c->size;
    return api_result(c, err, "MPI_Comm_size");
}

PROFILE(MPI_Comm_free);
int MPI_Comm_free(MPI_Comm *comm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(comm, "comm");
    if (err == MPI_SUCCESS)
        err = check_comm(*comm, &c);
    if (err == MPI_SUCCESS && (c == library.world || c == library.self))
        err = error_make(MPI_ERR_COMM, "%s cannot be freed",
                         c == library.world ? "MPI_COMM_WORLD"
                                            : "MPI_COMM_SELF");
    if (err != MPI_SUCCESS)
        return api_result(c, err, "MPI_Comm_free");
    err = attr_delete_all(&c->attrs, *comm);
    if (err != MPI_SUCCESS)
        return api_raise(c, err, "MPI_Comm_free");
    handle_remove(&c->object);
    comm_release(c); /* pending operations have references of their own */
    *comm = MPI_COMM_NULL;
    return MPI_SUCCESS;
}

PROFILE(MPI_Comm_compare);
int MPI_Comm_compare(MPI_Comm comm1, MPI_Comm comm2, int *result)
{
    LIBRARY_LOCKED;
    struct mpi_comm *a = NULL;
    struct mpi_comm *b = NULL;
    int err = check_comm(comm1, &a);
    if (err == MPI_SUCCESS)
        err = check_comm(comm2, &b);
    if (err == MPI_SUCCESS)
        err = check_pointer(result, "result");
    if (err == MPI_SUCCESS)
        err = comm_compare(a, b, result);
    return api_result(a, err, "MPI_Comm_compare");
}

PROFILE(MPI_Comm_group);
int MPI_Comm_group(MPI_Comm comm, MPI_Group *group)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_pointer(group, "group");
    if (err == MPI_SUCCESS)
        err = group_give(c->group, group);
    return api_result(c, err, "MPI_Comm_group");
}

PROFILE(MPI_Comm_remote_size);
int MPI_Comm_remote_size(MPI_Comm comm, int *size)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_inter(c);
    if (err == MPI_SUCCESS)
        err = check_pointer(size, "size");
    if (err == MPI_SUCCESS)
        *size = c->peer_count;
    return api_result(c, err, "MPI_Comm_remote_size");
}

PROFILE(MPI_Comm_remote_group);
int MPI_Comm_remote_group(MPI_Comm comm, MPI_Group *group)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_inter(c);
    if (err == MPI_SUCCESS)
        err = check_pointer(group, "group");
    if (err == MPI_SUCCESS)
        err = group_give(c->remote_group, group);
    return api_result(c, err, "MPI_Comm_remote_group");
}

PROFILE(MPI_Comm_test_inter);
int MPI_Comm_test_inter(MPI_Comm comm, int *flag)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_pointer(flag, "flag");
    if (err == MPI_SUCCESS)
        *flag = comm_is_inter(c);
    return api_result(c, err, "MPI_Comm_test_inter");
}

PROFILE(MPI_Comm_set_name);
int MPI_Comm_set_name(MPI_Comm comm, const char *comm_name)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_pointer(comm_name, "comm_name");
    if (err == MPI_SUCCESS)
        snprintf(c->name, sizeof c->name, "%s", comm_name);
    return api_result(c, err, "MPI_Comm_set_name");
}

PROFILE(MPI_Comm_get_name);
int MPI_Comm_get_name(MPI_Comm comm, char *comm_name, int *resultlen)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(comm_name, "comm_name");
    if (err == MPI_SUCCESS)
        err = check_pointer(resultlen, "resultlen");
    if (err == MPI_SUCCESS && comm != MPI_COMM_NULL)
        err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        *resultlen = snprintf(comm_name, MPI_MAX_OBJECT_NAME, "%s",
                              c ? c->name : "MPI_COMM_NULL");
    return api_result(c, err, "MPI_Comm_get_name");
}

PROFILE(MPI_Comm_toint);
int MPI_Comm_toint(MPI_Comm comm)
{
    return (int)(intptr_t)comm;
}

PROFILE(MPI_Comm_fromint);
MPI_Comm MPI_Comm_fromint(int comm)
{
    return (MPI_Comm)(intptr_t)comm;
}
