/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands behind MPI_Comm: an ordered group of ranks and a context that
 * keeps its messages apart from all others'.
 *
 * This is the object only; communicators are made by runtime/comm/ and used by
 * runtime/p2p/ and collectives/.
 */
#ifndef OBJECTS_COMM_H
#define OBJECTS_COMM_H

#include <stdint.h>

#include <mpi.h>

#include "runtime/objects/handle.h"

struct attr;
struct match;
struct mpi_errhandler;
struct mpi_group;
struct mpi_info;
struct p2p;

/* Two message spaces that never see each other's messages. */
enum channel { CHANNEL_USER, CHANNEL_COLLECTIVE, CHANNELS };

struct mpi_comm {
    struct object object;
    struct p2p *p2p;                /* the rank this communicator is of */
    int rank;                       /* ours in it */
    int size;
    const int *worlds;              /* rank in the job of each; the group's */
    uint32_t context;               /* id of the communicator, same at all */
    struct match *match[CHANNELS];  /* p2p's queues for it; set by p2p */
    struct mpi_group *group;
    struct mpi_errhandler *errhandler;
    struct attr *attrs;             /* NULL: none */
    struct mpi_info *info;          /* hints that a user gave; NULL: none */
    int collective_tag;             /* of the next collective operation */
    void (*destroy)(struct mpi_comm *c); /* frees it; set by its maker */
    char name[MPI_MAX_OBJECT_NAME];
};

static inline struct mpi_comm *comm_find(MPI_Comm handle)
{
    return (struct mpi_comm *)handle_find(handle, KIND_COMM);
}

static inline MPI_Comm comm_handle(const struct mpi_comm *c)
{
    return (MPI_Comm)c->object.handle;
}

/* Pending operations hold a reference each, so a communicator may be freed
 * while they run (MPI 5.0, 7.4.3). */
static inline void comm_retain(struct mpi_comm *c)
{
    c->object.references++;
}

static inline void comm_release(struct mpi_comm *c)
{
    if (--c->object.references == 0)
        c->destroy(c);
}

#endif
