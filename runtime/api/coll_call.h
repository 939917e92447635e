/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the MPI functions of collective operations share: checking what is
 * significant at this rank, and running.
 */
#ifndef API_COLL_CALL_H
#define API_COLL_CALL_H

#include <mpi.h>

#include "collectives/coll.h"

/* One side's buffer as the user gave it; count 0 where blocks have counts. */
struct user_buffer {
    const void *address;
    MPI_Count count;
    MPI_Datatype datatype;
};

/* An array of int or of 64 bits, as the user gave it. */
#define NUMBERS(array) { (array), sizeof *(array) > sizeof(int) }

/* A collective call as the user made it; what it lacks stays zero. */
struct coll_call {
    enum collective kind;
    const char *function; /* the user called */
    MPI_Comm comm;
    int root;
    MPI_Op op;
    struct user_buffer send;
    struct user_buffer recv; /* also the buffer of a broadcast */
    struct blocks send_blocks;
    struct blocks recv_blocks;
};

/* Do it and wait; for `return` of the MPI function. */
int coll_call_run(const struct coll_call *c);

/* Start it; for `return` of the nonblocking MPI function. */
int coll_call_start(const struct coll_call *c, MPI_Request *request);

/* Prepare it; for `return` of the persistent MPI function. */
int coll_call_init(const struct coll_call *c, MPI_Info info,
                   MPI_Request *request);

#endif
