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

#include <stdbool.h>
#include <stdint.h>

#include <mpi.h>

#include "runtime/base/list.h"
#include "runtime/objects/handle.h"

struct attr;
struct board;
struct bsend_buffer;
struct match;
struct mpi_errhandler;
struct mpi_group;
struct mpi_info;
struct p2p;
struct places;
struct session;
struct topology;

/* Message spaces that never see each other's messages. */
enum channel {
    CHANNEL_USER,
    CHANNEL_COLLECTIVE,
    CHANNEL_NOTICE, /* "collectives fail from here on", see p2p.h */
    CHANNEL_INTERNAL, /* partitioned messages, making communicators */
    CHANNELS
};

struct mpi_comm {
    struct object object;
    struct p2p *p2p;                /* the rank this communicator is of */
    int rank;                       /* ours in it */
    int size;                       /* of our group */
    int peer_count;                 /* ranks that messages can go to: size, or
                                       that of the remote group */
    unsigned short_count;           /* ranks, from 0, that may be sent to by
                                       the shortest way: peer_count, or none
                                       when threads share the rank; by p2p */
    const int *worlds;              /* rank in the job of each peer */
    uint32_t context;               /* id of the communicator, same at all */
    struct match *match[CHANNELS];  /* p2p's queues for it; set by p2p */
    uint64_t envelope;              /* of what this rank sends on the user's
                                       channel; set by p2p */
    struct mpi_group *group;
    struct mpi_group *remote_group; /* of an intercommunicator, else NULL */
    struct mpi_comm *local;         /* its own group's, for us; else NULL */
    struct topology *topology;      /* NULL: none */
    unsigned idups;                 /* nonblocking copies made of it */
    struct mpi_errhandler *errhandler;
    struct attr *attrs;             /* NULL: none */
    struct mpi_info *info;          /* hints that a user gave; NULL: none */
    struct bsend_buffer *buffer;    /* for buffered sends; NULL: none */
    struct session *session;        /* it comes from; NULL: world model */
    int collective_tag;             /* of the next collective operation */
    struct board *board;            /* of collectives/node/; NULL: none */
    int node_calls;                 /* collectives before it had one */
    bool has_places;                /* places is set, if only to NULL */
    struct places *places;          /* of its ranks; of collectives/ */
    /* Of runtime/p2p/, for when something fails: */
    struct list link;               /* in its list of communicators */
    int losses_told;                /* lost ranks that receives from any source
                                       have heard of */
    int collective_error;           /* why collectives fail, from this tag on */
    int failed_tag;
    bool has_told;                  /* the other ranks know */
    int partitioned_tag;            /* of the next partitioned send */
    void (*destroy)(struct mpi_comm *c); /* frees it; set by its maker */
    char name[MPI_MAX_OBJECT_NAME];
};

enum { COLLECTIVE_TAGS = 1 << 30 }; /* 0 to one less, in turn */

/* Is tag the other one or, going round, a later one? */
static inline bool collective_tag_is_from(int tag, int other)
{
    return ((tag - other) & (COLLECTIVE_TAGS - 1)) < COLLECTIVE_TAGS / 2;
}

/* Why the collective operation with this tag cannot succeed, or
 * MPI_SUCCESS. */
static inline int comm_collective_error(const struct mpi_comm *c, int tag)
{
    return LIKELY(c->collective_error == MPI_SUCCESS) ||
                   !collective_tag_is_from(tag, c->failed_tag)
               ? MPI_SUCCESS
               : c->collective_error;
}

static inline struct mpi_comm *comm_find(MPI_Comm handle)
{
    return (struct mpi_comm *)handle_find(handle, KIND_COMM);
}

/*
 * A communicator that a message was sent on, to find it by one comparison:
 * never NULL, comm_none at first and while threads share the library.
 */
extern struct mpi_comm comm_none; /* has no handle and no ranks */
extern struct mpi_comm *comm_recent;

static inline bool comm_is_inter(const struct mpi_comm *c)
{
    return c->remote_group != NULL;
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
