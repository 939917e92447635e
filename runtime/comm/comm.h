/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making communicators.
 *
 * comm_create is local: who calls it knows a context id that all members use
 * for nothing else. The others are collective over the parent and agree on
 * one. A new communicator has one reference and no handle; comm_release in
 * objects/comm.h drops it. Caller holds the library lock.
 */
#ifndef COMM_COMM_H
#define COMM_COMM_H

#include "runtime/objects/comm.h"

struct mpi_errhandler;
struct mpi_group;
struct mpi_info;
struct mpi_request;
struct p2p;

/*
 * A communicator of this rank with the ranks of group, which holds this one.
 * Keeps references to group and errhandler; marks context as used.
 * Errors   MPI_ERR_NO_MEM
 */
int comm_create(struct p2p *p2p, struct mpi_group *group, uint32_t context,
                struct mpi_errhandler *errhandler, struct mpi_comm **out);

/*
 * comm_create in two steps, for what is told its context later.
 * Errors   MPI_ERR_NO_MEM
 */
int comm_prepare(struct p2p *p2p, struct mpi_group *group,
                 struct mpi_errhandler *errhandler, struct mpi_comm **out);
int comm_set_context(struct mpi_comm *c, uint32_t context);

/* Make c an intercommunicator; keeps a reference to remote, takes over local,
 * which has c's own group. */
void comm_set_remote(struct mpi_comm *c, struct mpi_group *remote,
                     struct mpi_comm *local);

/*
 * The same group, or groups, and topology, with a context of its own
 * (MPI_Comm_dup).
 * Errors   as context_agree, comm_create, coll_run
 */
int comm_dup(struct mpi_comm *parent, struct mpi_comm **out);

/*
 * One communicator per color, its ranks ordered by key, then by rank in
 * parent; *out is NULL where color is MPI_UNDEFINED (MPI_Comm_split).
 * Errors   as comm_dup
 */
int comm_split(struct mpi_comm *parent, int color, int key,
               struct mpi_comm **out);

/*
 * Start a comm_dup; *out can be used when *request is complete.
 * Errors   MPI_ERR_NO_MEM
 */
int comm_idup(struct mpi_comm *parent, struct mpi_comm **out,
              struct mpi_request **request);

/*
 * The ranks of group, a subset of parent's; *out is NULL at a rank outside of
 * it (MPI_Comm_create). Of an intercommunicator, each side gives its own.
 * Errors   as comm_dup
 */
int comm_create_subset(struct mpi_comm *parent, struct mpi_group *group,
                       struct mpi_comm **out);

/*
 * The same, collective over group alone; parent carries the messages, and tag
 * tells concurrent calls apart.
 * Errors   as comm_dup
 */
int comm_create_group(struct mpi_comm *parent, struct mpi_group *group,
                      int tag, struct mpi_errhandler *errhandler,
                      struct mpi_comm **out);

/* Keep those hints of info that are known; info may be NULL. Errors:
 * MPI_ERR_NO_MEM */
int comm_add_hints(struct mpi_comm *c, const struct mpi_info *info);

/* All known hints of c with their values, as a new info without a handle.
 * Errors: MPI_ERR_NO_MEM */
int comm_hints(const struct mpi_comm *c, struct mpi_info **out);

/* MPI_IDENT, MPI_CONGRUENT, MPI_SIMILAR or MPI_UNEQUAL. Errors:
 * MPI_ERR_NO_MEM */
int comm_compare(const struct mpi_comm *a, const struct mpi_comm *b,
                 int *result);

#endif
