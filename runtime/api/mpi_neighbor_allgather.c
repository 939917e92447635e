/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gather from neighbours (MPI 5.0, 8.6.1). A macro writes the arguments of
 * an operation down once, by the names that its forms share: blocking,
 * nonblocking and persistent, with int and with large counts.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

#define NEIGHBOR_ALLGATHER(function_name)                                      \
    &(struct coll_call){                                                       \
        .kind = COLL_NEIGHBOR_ALLGATHER,                                       \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .send = { sendbuf, sendcount, sendtype },                              \
        .recv = { recvbuf, recvcount, recvtype },                              \
    }

PROFILE(MPI_Neighbor_allgather);
int MPI_Neighbor_allgather(const void *sendbuf, int sendcount,
                           MPI_Datatype sendtype, void *recvbuf, int recvcount,
                           MPI_Datatype recvtype, MPI_Comm comm)
{
    return coll_call_run(NEIGHBOR_ALLGATHER("MPI_Neighbor_allgather"));
}

PROFILE(MPI_Neighbor_allgather_c);
int MPI_Neighbor_allgather_c(const void *sendbuf, MPI_Count sendcount,
                             MPI_Datatype sendtype, void *recvbuf,
                             MPI_Count recvcount, MPI_Datatype recvtype,
                             MPI_Comm comm)
{
    return coll_call_run(NEIGHBOR_ALLGATHER("MPI_Neighbor_allgather_c"));
}

PROFILE(MPI_Ineighbor_allgather);
int MPI_Ineighbor_allgather(const void *sendbuf, int sendcount,
                            MPI_Datatype sendtype, void *recvbuf,
                            int recvcount, MPI_Datatype recvtype,
                            MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(
        NEIGHBOR_ALLGATHER("MPI_Ineighbor_allgather"), request);
}

PROFILE(MPI_Ineighbor_allgather_c);
int MPI_Ineighbor_allgather_c(const void *sendbuf, MPI_Count sendcount,
                              MPI_Datatype sendtype, void *recvbuf,
                              MPI_Count recvcount, MPI_Datatype recvtype,
                              MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(
        NEIGHBOR_ALLGATHER("MPI_Ineighbor_allgather_c"), request);
}

PROFILE(MPI_Neighbor_allgather_init);
int MPI_Neighbor_allgather_init(const void *sendbuf, int sendcount,
                                MPI_Datatype sendtype, void *recvbuf,
                                int recvcount, MPI_Datatype recvtype,
                                MPI_Comm comm, MPI_Info info,
                                MPI_Request *request)
{
    return coll_call_init(
        NEIGHBOR_ALLGATHER("MPI_Neighbor_allgather_init"), info, request);
}

PROFILE(MPI_Neighbor_allgather_init_c);
int MPI_Neighbor_allgather_init_c(const void *sendbuf, MPI_Count sendcount,
                                  MPI_Datatype sendtype, void *recvbuf,
                                  MPI_Count recvcount, MPI_Datatype recvtype,
                                  MPI_Comm comm, MPI_Info info,
                                  MPI_Request *request)
{
    return coll_call_init(
        NEIGHBOR_ALLGATHER("MPI_Neighbor_allgather_init_c"), info, request);
}

#define NEIGHBOR_ALLGATHERV(function_name)                                     \
    &(struct coll_call){                                                       \
        .kind = COLL_NEIGHBOR_ALLGATHERV,                                      \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .send = { sendbuf, sendcount, sendtype },                              \
        .recv = { recvbuf, 0, recvtype },                                      \
        .recv_blocks = { NUMBERS(recvcounts), NUMBERS(displs), NULL },         \
    }

PROFILE(MPI_Neighbor_allgatherv);
int MPI_Neighbor_allgatherv(const void *sendbuf, int sendcount,
                            MPI_Datatype sendtype, void *recvbuf,
                            const int recvcounts[], const int displs[],
                            MPI_Datatype recvtype, MPI_Comm comm)
{
    return coll_call_run(NEIGHBOR_ALLGATHERV("MPI_Neighbor_allgatherv"));
}

PROFILE(MPI_Neighbor_allgatherv_c);
int MPI_Neighbor_allgatherv_c(const void *sendbuf, MPI_Count sendcount,
                              MPI_Datatype sendtype, void *recvbuf,
                              const MPI_Count recvcounts[],
                              const MPI_Aint displs[], MPI_Datatype recvtype,
                              MPI_Comm comm)
{
    return coll_call_run(NEIGHBOR_ALLGATHERV("MPI_Neighbor_allgatherv_c"));
}

PROFILE(MPI_Ineighbor_allgatherv);
int MPI_Ineighbor_allgatherv(const void *sendbuf, int sendcount,
                             MPI_Datatype sendtype, void *recvbuf,
                             const int recvcounts[], const int displs[],
                             MPI_Datatype recvtype, MPI_Comm comm,
                             MPI_Request *request)
{
    return coll_call_start(
        NEIGHBOR_ALLGATHERV("MPI_Ineighbor_allgatherv"), request);
}

PROFILE(MPI_Ineighbor_allgatherv_c);
int MPI_Ineighbor_allgatherv_c(const void *sendbuf, MPI_Count sendcount,
                               MPI_Datatype sendtype, void *recvbuf,
                               const MPI_Count recvcounts[],
                               const MPI_Aint displs[], MPI_Datatype recvtype,
                               MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(
        NEIGHBOR_ALLGATHERV("MPI_Ineighbor_allgatherv_c"), request);
}

PROFILE(MPI_Neighbor_allgatherv_init);
int MPI_Neighbor_allgatherv_init(const void *sendbuf, int sendcount,
                                 MPI_Datatype sendtype, void *recvbuf,
                                 const int recvcounts[], const int displs[],
                                 MPI_Datatype recvtype, MPI_Comm comm,
                                 MPI_Info info, MPI_Request *request)
{
    return coll_call_init(
        NEIGHBOR_ALLGATHERV("MPI_Neighbor_allgatherv_init"), info, request);
}

PROFILE(MPI_Neighbor_allgatherv_init_c);
int MPI_Neighbor_allgatherv_init_c(const void *sendbuf, MPI_Count sendcount,
                                   MPI_Datatype sendtype, void *recvbuf,
                                   const MPI_Count recvcounts[],
                                   const MPI_Aint displs[],
                                   MPI_Datatype recvtype, MPI_Comm comm,
                                   MPI_Info info, MPI_Request *request)
{
    return coll_call_init(
        NEIGHBOR_ALLGATHERV("MPI_Neighbor_allgatherv_init_c"), info, request);
}
