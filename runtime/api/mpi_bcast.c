/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Barrier and broadcast (MPI 5.0, 6.3 and 6.4). A macro writes the arguments
 * of an operation down once, by the names that its forms share: blocking,
 * nonblocking and persistent, with int and with large counts.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

#define BARRIER(function_name)                                                 \
    &(struct coll_call){                                                       \
        .kind = COLL_BARRIER,                                                  \
        .function = function_name,                                             \
        .comm = comm,                                                          \
    }

PROFILE(MPI_Barrier);
int MPI_Barrier(MPI_Comm comm)
{
    return coll_call_run(BARRIER("MPI_Barrier"));
}

PROFILE(MPI_Ibarrier);
int MPI_Ibarrier(MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(BARRIER("MPI_Ibarrier"), request);
}

PROFILE(MPI_Barrier_init);
int MPI_Barrier_init(MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(BARRIER("MPI_Barrier_init"), info, request);
}

#define BCAST(function_name)                                                   \
    &(struct coll_call){                                                       \
        .kind = COLL_BCAST,                                                    \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .root = root,                                                          \
        .recv = { buffer, count, datatype },                                   \
    }

PROFILE(MPI_Bcast);
int MPI_Bcast(void *buffer, int count, MPI_Datatype datatype, int root,
              MPI_Comm comm)
{
    return coll_call_run(BCAST("MPI_Bcast"));
}

PROFILE(MPI_Bcast_c);
int MPI_Bcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                MPI_Comm comm)
{
    return coll_call_run(BCAST("MPI_Bcast_c"));
}

PROFILE(MPI_Ibcast);
int MPI_Ibcast(void *buffer, int count, MPI_Datatype datatype, int root,
               MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(BCAST("MPI_Ibcast"), request);
}

PROFILE(MPI_Ibcast_c);
int MPI_Ibcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype,
                 int root, MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(BCAST("MPI_Ibcast_c"), request);
}

PROFILE(MPI_Bcast_init);
int MPI_Bcast_init(void *buffer, int count, MPI_Datatype datatype, int root,
                   MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(BCAST("MPI_Bcast_init"), info, request);
}

PROFILE(MPI_Bcast_init_c);
int MPI_Bcast_init_c(void *buffer, MPI_Count count, MPI_Datatype datatype,
                     int root, MPI_Comm comm, MPI_Info info,
                     MPI_Request *request)
{
    return coll_call_init(BCAST("MPI_Bcast_init_c"), info, request);
}
