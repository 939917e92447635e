/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reductions to one rank and to all (MPI 5.0, 6.9.1 and 6.9.6). A macro
 * writes the arguments of an operation down once, by the names that its
 * forms share: blocking, nonblocking and persistent, with int and with large
 * counts.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

#define REDUCE(function_name)                                                  \
    &(struct coll_call){                                                       \
        .kind = COLL_REDUCE,                                                   \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .root = root,                                                          \
        .op = op,                                                              \
        .send = { sendbuf, count, datatype },                                  \
        .recv = { recvbuf, count, datatype },                                  \
    }

PROFILE(MPI_Reduce);
int MPI_Reduce(const void *sendbuf, void *recvbuf, int count,
               MPI_Datatype datatype, MPI_Op op, int root, MPI_Comm comm)
{
    return coll_call_run(REDUCE("MPI_Reduce"));
}

PROFILE(MPI_Reduce_c);
int MPI_Reduce_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                 MPI_Datatype datatype, MPI_Op op, int root, MPI_Comm comm)
{
    return coll_call_run(REDUCE("MPI_Reduce_c"));
}

PROFILE(MPI_Ireduce);
int MPI_Ireduce(const void *sendbuf, void *recvbuf, int count,
                MPI_Datatype datatype, MPI_Op op, int root, MPI_Comm comm,
                MPI_Request *request)
{
    return coll_call_start(REDUCE("MPI_Ireduce"), request);
}

PROFILE(MPI_Ireduce_c);
int MPI_Ireduce_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                  MPI_Datatype datatype, MPI_Op op, int root, MPI_Comm comm,
                  MPI_Request *request)
{
    return coll_call_start(REDUCE("MPI_Ireduce_c"), request);
}

PROFILE(MPI_Reduce_init);
int MPI_Reduce_init(const void *sendbuf, void *recvbuf, int count,
                    MPI_Datatype datatype, MPI_Op op, int root, MPI_Comm comm,
                    MPI_Info info, MPI_Request *request)
{
    return coll_call_init(REDUCE("MPI_Reduce_init"), info, request);
}

PROFILE(MPI_Reduce_init_c);
int MPI_Reduce_init_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                      MPI_Datatype datatype, MPI_Op op, int root,
                      MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(REDUCE("MPI_Reduce_init_c"), info, request);
}

#define ALLREDUCE(function_name)                                               \
    &(struct coll_call){                                                       \
        .kind = COLL_ALLREDUCE,                                                \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .op = op,                                                              \
        .send = { sendbuf, count, datatype },                                  \
        .recv = { recvbuf, count, datatype },                                  \
    }

PROFILE(MPI_Allreduce);
int MPI_Allreduce(const void *sendbuf, void *recvbuf, int count,
                  MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(ALLREDUCE("MPI_Allreduce"));
}

PROFILE(MPI_Allreduce_c);
int MPI_Allreduce_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                    MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(ALLREDUCE("MPI_Allreduce_c"));
}

PROFILE(MPI_Iallreduce);
int MPI_Iallreduce(const void *sendbuf, void *recvbuf, int count,
                   MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                   MPI_Request *request)
{
    return coll_call_start(ALLREDUCE("MPI_Iallreduce"), request);
}

PROFILE(MPI_Iallreduce_c);
int MPI_Iallreduce_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                     MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                     MPI_Request *request)
{
    return coll_call_start(ALLREDUCE("MPI_Iallreduce_c"), request);
}

PROFILE(MPI_Allreduce_init);
int MPI_Allreduce_init(const void *sendbuf, void *recvbuf, int count,
                       MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                       MPI_Info info, MPI_Request *request)
{
    return coll_call_init(ALLREDUCE("MPI_Allreduce_init"), info, request);
}

PROFILE(MPI_Allreduce_init_c);
int MPI_Allreduce_init_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                         MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                         MPI_Info info, MPI_Request *request)
{
    return coll_call_init(ALLREDUCE("MPI_Allreduce_init_c"), info, request);
}
