/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What functions that make communicators share.
 */
#ifndef API_COMM_RESULT_H
#define API_COMM_RESULT_H

#include "runtime/objects/comm.h"

struct mpi_group;
struct topology;

/* A new communicator, or none (NULL), gets its handle; released on failure. */
int comm_give(struct mpi_comm *made, MPI_Comm *out);

/* The end: comm_give when err is MPI_SUCCESS, then api_result of c's. */
int comm_result(struct mpi_comm *c, int err, struct mpi_comm *made,
                MPI_Comm *out, const char *function);

/* As comm_result; made, when there is one, gets the topology, whose reference
 * is taken over in any case. */
int comm_result_topology(struct mpi_comm *c, int err, struct mpi_comm *made,
                         struct topology *t, MPI_Comm *out,
                         const char *function);

/* Note in the status page that communicators are made. */
void comm_enter(void);
void comm_leave(void);

/* A tag for a string, as sessions name what they make. */
int string_tag(const char *text);

/* A group of ranks of c. */
int check_subset(const struct mpi_comm *c, const struct mpi_group *g);

/* A communicator with a topology of this kind. */
int check_topology(const struct mpi_comm *c, int kind);

/* A rank of the communicator itself, no special one. */
int check_member(int rank, const struct mpi_comm *c);

#endif
