/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making intercommunicators, and one of two groups (MPI 5.0, 7.6.2).
 */
#include "runtime/api/api.h"

#include "runtime/api/check.h"
#include "runtime/api/comm_result.h"
#include "runtime/api/errhandler_call.h"
#include "runtime/api/instance.h"
#include "runtime/base/error.h"
#include "runtime/comm/comm.h"
#include "runtime/comm/inter.h"
#include "runtime/objects/errhandler.h"
#include "runtime/objects/group.h"

/* What only the leader gives; elsewhere it is not looked at. */
static int check_bridge(MPI_Comm peer, int remote, struct inter_bridge *b)
{
    int err = check_comm(peer, &b->peer);
    if (err == MPI_SUCCESS && (remote < 0 || remote >= b->peer->peer_count))
        err = check_destination_failed(remote, b->peer);
    return err;
}

PROFILE(MPI_Intercomm_create);
int MPI_Intercomm_create(MPI_Comm local_comm, int local_leader,
                         MPI_Comm peer_comm, int remote_leader, int tag,
                         MPI_Comm *newintercomm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL, *made = NULL;
    struct inter_bridge bridge = { NULL, remote_leader, tag };
    int err = check_comm(local_comm, &c);
    if (err == MPI_SUCCESS)
        err = check_intra(c);
    if (err == MPI_SUCCESS)
        err = check_member(local_leader, c);
    if (err == MPI_SUCCESS)
        err = check_pointer(newintercomm, "newintercomm");
    if (err == MPI_SUCCESS && c->rank == local_leader)
        err = check_bridge(peer_comm, remote_leader, &bridge);
    if (err == MPI_SUCCESS)
        err = check_send_tag(tag);
    if (err == MPI_SUCCESS) {
        comm_enter();
        err = inter_create(c, local_leader, &bridge, &made);
        comm_leave();
    }
    return comm_result(c, err, made, newintercomm, "MPI_Intercomm_create");
}

PROFILE(MPI_Intercomm_merge);
int MPI_Intercomm_merge(MPI_Comm intercomm, int high, MPI_Comm *newintracomm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL, *made = NULL;
    int err = check_comm(intercomm, &c);
    if (err == MPI_SUCCESS)
        err = check_inter(c);
    if (err == MPI_SUCCESS)
        err = check_pointer(newintracomm, "newintracomm");
    if (err == MPI_SUCCESS) {
        comm_enter();
        err = inter_merge(c, high != 0, &made);
        comm_leave();
    }
    return comm_result(c, err, made, newintracomm, "MPI_Intercomm_merge");
}

static int check_leader(int leader, const struct mpi_group *g)
{
    if (leader >= 0 && leader < g->size)
        return MPI_SUCCESS;
    return error_make(MPI_ERR_RANK, "leader %d is not in the group of %d ranks",
                      leader, g->size);
}

/* A communicator of the local group first, which the new one keeps as its
 * own. */
struct groups_call {
    struct mpi_group *local, *remote;
    int local_leader, remote_leader;
    int tag;
    struct mpi_errhandler *errhandler;
};

static int create_from_groups(const struct groups_call *g,
                              struct mpi_comm **out)
{
    struct mpi_comm *local = NULL;
    int err = instance_base();
    if (err == MPI_SUCCESS)
        err = comm_create_group(library.base, g->local, g->tag, g->errhandler,
                                &local);
    if (err != MPI_SUCCESS)
        return err;
    /* Ranks of the base are those of the job. */
    const struct inter_bridge bridge = {
        library.base, g->remote->worlds[g->remote_leader], g->tag
    };
    err = inter_create(local, g->local_leader, &bridge, out);
    comm_release(local);
    return err;
}

PROFILE(MPI_Intercomm_create_from_groups);
int MPI_Intercomm_create_from_groups(MPI_Group local_group, int local_leader,
                                     MPI_Group remote_group, int remote_leader,
                                     const char *stringtag, MPI_Info info,
                                     MPI_Errhandler errhandler,
                                     MPI_Comm *newintercomm)
{
    LIBRARY_LOCKED;
    struct groups_call g = { .local_leader = local_leader,
                             .remote_leader = remote_leader };
    struct mpi_comm *made = NULL;
    struct mpi_info *hints;
    int err = check_group(local_group, &g.local);
    if (err == MPI_SUCCESS)
        err = check_group(remote_group, &g.remote);
    if (err == MPI_SUCCESS && g.local->rank == MPI_UNDEFINED)
        err = error_make(MPI_ERR_GROUP, "this rank is not in the local group");
    if (err == MPI_SUCCESS)
        err = check_leader(local_leader, g.local);
    if (err == MPI_SUCCESS)
        err = check_leader(remote_leader, g.remote);
    if (err == MPI_SUCCESS)
        err = check_pointer(stringtag, "stringtag");
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = check_errhandler(errhandler, KIND_COMM, &g.errhandler);
    if (err == MPI_SUCCESS)
        err = check_pointer(newintercomm, "newintercomm");
    if (err == MPI_SUCCESS) {
        g.tag = string_tag(stringtag);
        comm_enter();
        err = create_from_groups(&g, &made);
        comm_leave();
    }
    if (err == MPI_SUCCESS)
        err = comm_add_hints(made, hints);
    return comm_result(NULL, err, made, newintercomm,
                       "MPI_Intercomm_create_from_groups");
}
