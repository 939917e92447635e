/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making communicators (MPI 5.0, 7.4.2).
 */
#include "runtime/api/api.h"

#include <string.h>

#include "runtime/api/check.h"
#include "runtime/api/comm_result.h"
#include "runtime/api/errhandler_call.h"
#include "runtime/api/instance.h"
#include "runtime/base/error.h"
#include "runtime/comm/comm.h"
#include "runtime/objects/attr.h"
#include "runtime/objects/group.h"
#include "runtime/objects/session.h"

/* ---- copies ---- */

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
               MPI_Comm *newcomm, const char *function)
{
    struct mpi_comm *made = NULL;
    int err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS) {
        comm_enter();
        err = comm_dup(c, &made);
        comm_leave();
    }
    if (err == MPI_SUCCESS) {
        err = copy_extras(c, hints, made);
        if (err != MPI_SUCCESS)
            comm_release(made);
    }
    return comm_result(c, err, made, newcomm, function);
}

PROFILE(MPI_Comm_dup);
int MPI_Comm_dup(MPI_Comm comm, MPI_Comm *newcomm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err != MPI_SUCCESS)
        return api_raise(c, err, "MPI_Comm_dup");
    return dup(c, c->info, newcomm, "MPI_Comm_dup");
}

PROFILE(MPI_Comm_dup_with_info);
int MPI_Comm_dup_with_info(MPI_Comm comm, MPI_Info info, MPI_Comm *newcomm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    struct mpi_info *hints;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err != MPI_SUCCESS)
        return api_raise(c, err, "MPI_Comm_dup_with_info");
    return dup(c, hints, newcomm, "MPI_Comm_dup_with_info");
}

static int idup(struct mpi_comm *c, const struct mpi_info *hints,
                MPI_Comm *newcomm, MPI_Request *request)
{
    struct mpi_comm *made;
    struct mpi_request *r;
    int err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS)
        err = check_pointer(request, "request");
    if (err == MPI_SUCCESS)
        err = comm_idup(c, &made, &r);
    if (err != MPI_SUCCESS)
        return err;
    /* From here on the others wait for our part of the agreement. */
    err = copy_extras(c, hints, made);
    if (err == MPI_SUCCESS)
        err = comm_give(made, newcomm);
    if (err == MPI_SUCCESS)
        *request = request_handle(r);
    else
        request_free(r);
    return err;
}

PROFILE(MPI_Comm_idup);
int MPI_Comm_idup(MPI_Comm comm, MPI_Comm *newcomm, MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = idup(c, c->info, newcomm, request);
    return api_result(c, err, "MPI_Comm_idup");
}

PROFILE(MPI_Comm_idup_with_info);
int MPI_Comm_idup_with_info(MPI_Comm comm, MPI_Info info, MPI_Comm *newcomm,
                            MPI_Request *request)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    struct mpi_info *hints;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = idup(c, hints, newcomm, request);
    return api_result(c, err, "MPI_Comm_idup_with_info");
}

/* ---- splits ---- */

PROFILE(MPI_Comm_split);
int MPI_Comm_split(MPI_Comm comm, int color, int key, MPI_Comm *newcomm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL, *made = NULL;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS && color < 0 && color != MPI_UNDEFINED)
        err = error_make(MPI_ERR_ARG, "color %d is neither MPI_UNDEFINED nor "
                         "0 or above", color);
    if (err == MPI_SUCCESS)
        err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS) {
        comm_enter();
        err = comm_split(c, color, key, &made);
        comm_leave();
    }
    return comm_result(c, err, made, newcomm, "MPI_Comm_split");
}

/* ---- groups ---- */

PROFILE(MPI_Comm_create);
int MPI_Comm_create(MPI_Comm comm, MPI_Group group, MPI_Comm *newcomm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL, *made = NULL;
    struct mpi_group *g;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_group(group, &g);
    if (err == MPI_SUCCESS)
        err = check_subset(c, g);
    if (err == MPI_SUCCESS)
        err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS) {
        comm_enter();
        err = comm_create_subset(c, g, &made);
        comm_leave();
    }
    return comm_result(c, err, made, newcomm, "MPI_Comm_create");
}

PROFILE(MPI_Comm_create_group);
int MPI_Comm_create_group(MPI_Comm comm, MPI_Group group, int tag,
                          MPI_Comm *newcomm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL, *made = NULL;
    struct mpi_group *g;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_intra(c);
    if (err == MPI_SUCCESS)
        err = check_group(group, &g);
    if (err == MPI_SUCCESS)
        err = check_subset(c, g);
    if (err == MPI_SUCCESS)
        err = check_send_tag(tag);
    if (err == MPI_SUCCESS)
        err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS) {
        comm_enter();
        err = comm_create_group(c, g, tag, c->errhandler, &made);
        comm_leave();
    }
    return comm_result(c, err, made, newcomm, "MPI_Comm_create_group");
}

PROFILE(MPI_Comm_create_from_group);
int MPI_Comm_create_from_group(MPI_Group group, const char *stringtag,
                               MPI_Info info, MPI_Errhandler errhandler,
                               MPI_Comm *newcomm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *made = NULL;
    struct mpi_group *g;
    struct mpi_info *hints;
    struct mpi_errhandler *e;
    int err = check_group(group, &g);
    if (err == MPI_SUCCESS)
        err = check_pointer(stringtag, "stringtag");
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = check_errhandler(errhandler, KIND_COMM, &e);
    if (err == MPI_SUCCESS)
        err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS)
        err = instance_base();
    if (err == MPI_SUCCESS) {
        comm_enter();
        err = comm_create_group(library.base, g, string_tag(stringtag), e,
                                &made);
        comm_leave();
    }
    if (err == MPI_SUCCESS && made)
        err = comm_add_hints(made, hints);
    return comm_result(NULL, err, made, newcomm, "MPI_Comm_create_from_group");
}
