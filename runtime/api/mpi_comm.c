/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Communicators (MPI 5.0, chapter 7).
 */
#include "runtime/api/api.h"

#include <stdio.h>

#include "runtime/api/check.h"
#include "runtime/base/error.h"
#include "runtime/base/process.h"
#include "runtime/comm/comm.h"
#include "runtime/objects/attr.h"
#include "runtime/objects/group.h"

PROFILE(MPI_Comm_rank);
int MPI_Comm_rank(MPI_Comm comm, int *rank)
{
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
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (LIKELY(err == MPI_SUCCESS))
        err = check_pointer(size, "size");
    if (LIKELY(err == MPI_SUCCESS))
        *size = c->size;
    return api_result(c, err, "MPI_Comm_size");
}

/* A new communicator, or none (NULL), gets its handle. */
static int give_handle(struct mpi_comm *c, MPI_Comm *handle)
{
    if (!c) {
        *handle = MPI_COMM_NULL;
        return MPI_SUCCESS;
    }
    int err = handle_add(&c->object);
    if (err != MPI_SUCCESS) {
        comm_release(c);
        return err;
    }
    *handle = comm_handle(c);
    return MPI_SUCCESS;
}

static void enter(void)
{
    status_enter(library.process->status, CALL_COMM, MPI_ANY_SOURCE,
                 MPI_ANY_TAG, 0);
}

/* What a copy has of its parent besides the ranks. */
static int copy_extras(struct mpi_comm *c, const struct mpi_info *hints,
                       struct mpi_comm *made)
{
    int err = comm_add_hints(made, hints);
    if (err == MPI_SUCCESS)
        err = attr_copy_all(&c->attrs, comm_handle(c), &made->attrs);
    return err;
}

static int dup(struct mpi_comm *c, const struct mpi_info *hints,
               MPI_Comm *newcomm)
{
    struct mpi_comm *made = NULL;
    int err = check_pointer(newcomm, "newcomm");
    if (err != MPI_SUCCESS)
        return err;
    enter();
    err = comm_dup(c, &made);
    status_leave(library.process->status);
    if (err != MPI_SUCCESS)
        return err;
    err = copy_extras(c, hints, made);
    if (err != MPI_SUCCESS) {
        comm_release(made);
        return err;
    }
    return give_handle(made, newcomm);
}

PROFILE(MPI_Comm_dup);
int MPI_Comm_dup(MPI_Comm comm, MPI_Comm *newcomm)
{
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = dup(c, c->info, newcomm);
    return api_result(c, err, "MPI_Comm_dup");
}

PROFILE(MPI_Comm_dup_with_info);
int MPI_Comm_dup_with_info(MPI_Comm comm, MPI_Info info, MPI_Comm *newcomm)
{
    struct mpi_comm *c = NULL;
    struct mpi_info *hints;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = dup(c, hints, newcomm);
    return api_result(c, err, "MPI_Comm_dup_with_info");
}

PROFILE(MPI_Comm_split);
int MPI_Comm_split(MPI_Comm comm, int color, int key, MPI_Comm *newcomm)
{
    struct mpi_comm *c = NULL;
    struct mpi_comm *made = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS && color < 0 && color != MPI_UNDEFINED)
        err = error_make(MPI_ERR_ARG, "color %d is neither MPI_UNDEFINED nor "
                         "0 or above", color);
    if (err == MPI_SUCCESS)
        err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS) {
        enter();
        err = comm_split(c, color, key, &made);
        status_leave(library.process->status);
    }
    if (err == MPI_SUCCESS)
        err = give_handle(made, newcomm);
    return api_result(c, err, "MPI_Comm_split");
}

PROFILE(MPI_Comm_split_type);
int MPI_Comm_split_type(MPI_Comm comm, int split_type, int key, MPI_Info info,
                        MPI_Comm *newcomm)
{
    struct mpi_comm *c = NULL;
    struct mpi_comm *made = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS && split_type != MPI_COMM_TYPE_SHARED &&
        split_type != MPI_UNDEFINED)
        err = error_make(MPI_ERR_ARG, "split type %d is neither "
                         "MPI_COMM_TYPE_SHARED nor MPI_UNDEFINED", split_type);
    if (err == MPI_SUCCESS)
        err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS) {
        enter();
        err = split_type == MPI_UNDEFINED
                  ? comm_split(c, MPI_UNDEFINED, key, &made)
                  : comm_split_node(c, key, &made);
        status_leave(library.process->status);
    }
    if (err == MPI_SUCCESS)
        err = give_handle(made, newcomm);
    return api_result(c, err, "MPI_Comm_split_type");
}

PROFILE(MPI_Comm_create);
int MPI_Comm_create(MPI_Comm comm, MPI_Group group, MPI_Comm *newcomm)
{
    struct mpi_comm *c = NULL;
    struct mpi_comm *made = NULL;
    int err = check_comm(comm, &c);
    struct mpi_group *g = group_find(group);
    if (err == MPI_SUCCESS && !g)
        err = error_make(MPI_ERR_GROUP, "this is not a group");
    if (err == MPI_SUCCESS)
        err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS) {
        enter();
        err = comm_create_group(c, g, &made);
        status_leave(library.process->status);
    }
    if (err == MPI_SUCCESS)
        err = give_handle(made, newcomm);
    return api_result(c, err, "MPI_Comm_create");
}

PROFILE(MPI_Comm_free);
int MPI_Comm_free(MPI_Comm *comm)
{
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
    struct mpi_comm *a = NULL;
    struct mpi_comm *b = NULL;
    int err = check_comm(comm1, &a);
    if (err == MPI_SUCCESS)
        err = check_comm(comm2, &b);
    if (err == MPI_SUCCESS)
        err = check_pointer(result, "result");
    if (err == MPI_SUCCESS)
        *result = comm_compare(a, b);
    return api_result(a, err, "MPI_Comm_compare");
}

PROFILE(MPI_Comm_group);
int MPI_Comm_group(MPI_Comm comm, MPI_Group *group)
{
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_pointer(group, "group");
    if (err == MPI_SUCCESS)
        err = group_give(c->group, group);
    return api_result(c, err, "MPI_Comm_group");
}

PROFILE(MPI_Comm_test_inter);
int MPI_Comm_test_inter(MPI_Comm comm, int *flag)
{
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_pointer(flag, "flag");
    if (err == MPI_SUCCESS)
        *flag = 0;
    return api_result(c, err, "MPI_Comm_test_inter");
}

PROFILE(MPI_Comm_set_name);
int MPI_Comm_set_name(MPI_Comm comm, const char *comm_name)
{
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
