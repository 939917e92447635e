/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reductions whose result is shared out (MPI 5.0, 6.10). A macro writes the
 * arguments of an operation down once, by the names that its forms share:
 * blocking, nonblocking and persistent, with int and with large counts.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

#define REDUCE_SCATTER_BLOCK(function_name)                                    \
    &(struct coll_call){                                                       \
        .kind = COLL_REDUCE_SCATTER_BLOCK,                                     \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .op = op,                                                              \
        .send = { sendbuf, recvcount, datatype },                              \
        .recv = { recvbuf, recvcount, datatype },                              \
    }

PROFILE(MPI_Reduce_scatter_block);
int MPI_Reduce_scatter_block(const void *sendbuf, void *recvbuf, int recvcount,
                             MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(REDUCE_SCATTER_BLOCK("MPI_Reduce_scatter_block"));
}

PROFILE(MPI_Reduce_scatter_block_c);
int MPI_Reduce_scatter_block_c(const void *sendbuf, void *recvbuf,
                               MPI_Count recvcount, MPI_Datatype datatype,
                               MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(REDUCE_SCATTER_BLOCK("MPI_Reduce_scatter_block_c"));
}

PROFILE(MPI_Ireduce_scatter_block);
int MPI_Ireduce_scatter_block(const void *sendbuf, void *recvbuf,
                              int recvcount, MPI_Datatype datatype, MPI_Op op,
                              MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(
        REDUCE_SCATTER_BLOCK("MPI_Ireduce_scatter_block"), request);
}

PROFILE(MPI_Ireduce_scatter_block_c);
int MPI_Ireduce_scatter_block_c(const void *sendbuf, void *recvbuf,
                                MPI_Count recvcount, MPI_Datatype datatype,
                                MPI_Op op, MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(
        REDUCE_SCATTER_BLOCK("MPI_Ireduce_scatter_block_c"), request);
}

PROFILE(MPI_Reduce_scatter_block_init);
int MPI_Reduce_scatter_block_init(const void *sendbuf, void *recvbuf,
                                  int recvcount, MPI_Datatype datatype,
                                  MPI_Op op, MPI_Comm comm, MPI_Info info,
                                  MPI_Request *request)
{
    return coll_call_init(
        REDUCE_SCATTER_BLOCK("MPI_Reduce_scatter_block_init"), info, request);
}

PROFILE(MPI_Reduce_scatter_block_init_c);
int MPI_Reduce_scatter_block_init_c(const void *sendbuf, void *recvbuf,
                                    MPI_Count recvcount, MPI_Datatype datatype,
                                    MPI_Op op, MPI_Comm comm, MPI_Info info,
                                    MPI_Request *request)
{
    return coll_call_init(
        REDUCE_SCATTER_BLOCK("MPI_Reduce_scatter_block_init_c"), info, request);
}

#define REDUCE_SCATTER(function_name)                                          \
    &(struct coll_call){                                                       \
        .kind = COLL_REDUCE_SCATTER,                                           \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .op = op,                                                              \
        .send = { sendbuf, 0, datatype },                                      \
        .recv = { recvbuf, 0, datatype },                                      \
        .recv_blocks = { NUMBERS(recvcounts), { NULL, false }, NULL },         \
    }

PROFILE(MPI_Reduce_scatter);
int MPI_Reduce_scatter(const void *sendbuf, void *recvbuf,
                       const int recvcounts[], MPI_Datatype datatype,
                       MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(REDUCE_SCATTER("MPI_Reduce_scatter"));
}

PROFILE(MPI_Reduce_scatter_c);
int MPI_Reduce_scatter_c(const void *sendbuf, void *recvbuf,
                         const MPI_Count recvcounts[], MPI_Datatype datatype,
                         MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(REDUCE_SCATTER("MPI_Reduce_scatter_c"));
}

PROFILE(MPI_Ireduce_scatter);
int MPI_Ireduce_scatter(const void *sendbuf, void *recvbuf,
                        const int recvcounts[], MPI_Datatype datatype,
                        MPI_Op op, MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(REDUCE_SCATTER("MPI_Ireduce_scatter"), request);
}

PROFILE(MPI_Ireduce_scatter_c);
int MPI_Ireduce_scatter_c(const void *sendbuf, void *recvbuf,
                          const MPI_Count recvcounts[], MPI_Datatype datatype,
                          MPI_Op op, MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(REDUCE_SCATTER("MPI_Ireduce_scatter_c"), request);
}

PROFILE(MPI_Reduce_scatter_init);
int MPI_Reduce_scatter_init(const void *sendbuf, void *recvbuf,
                            const int recvcounts[], MPI_Datatype datatype,
                            MPI_Op op, MPI_Comm comm, MPI_Info info,
                            MPI_Request *request)
{
    return coll_call_init(
        REDUCE_SCATTER("MPI_Reduce_scatter_init"), info, request);
}

PROFILE(MPI_Reduce_scatter_init_c);
int MPI_Reduce_scatter_init_c(const void *sendbuf, void *recvbuf,
                              const MPI_Count recvcounts[],
                              MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                              MPI_Info info, MPI_Request *request)
{
    return coll_call_init(
        REDUCE_SCATTER("MPI_Reduce_scatter_init_c"), info, request);
}
