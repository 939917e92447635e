/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All to all among neighbours (MPI 5.0, 8.6.2). A macro writes the arguments
 * of an operation down once, by the names that its forms share: blocking,
 * nonblocking and persistent, with int and with large counts.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

#define NEIGHBOR_ALLTOALL(function_name)                                       \
    &(struct coll_call){                                                       \
        .kind = COLL_NEIGHBOR_ALLTOALL,                                        \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .send = { sendbuf, sendcount, sendtype },                              \
        .recv = { recvbuf, recvcount, recvtype },                              \
    }

PROFILE(MPI_Neighbor_alltoall);
int MPI_Neighbor_alltoall(const void *sendbuf, int sendcount,
                          MPI_Datatype sendtype, void *recvbuf, int recvcount,
                          MPI_Datatype recvtype, MPI_Comm comm)
{
    return coll_call_run(NEIGHBOR_ALLTOALL("MPI_Neighbor_alltoall"));
}

PROFILE(MPI_Neighbor_alltoall_c);
int MPI_Neighbor_alltoall_c(const void *sendbuf, MPI_Count sendcount,
                            MPI_Datatype sendtype, void *recvbuf,
                            MPI_Count recvcount, MPI_Datatype recvtype,
                            MPI_Comm comm)
{
    return coll_call_run(NEIGHBOR_ALLTOALL("MPI_Neighbor_alltoall_c"));
}

PROFILE(MPI_Ineighbor_alltoall);
int MPI_Ineighbor_alltoall(const void *sendbuf, int sendcount,
                           MPI_Datatype sendtype, void *recvbuf, int recvcount,
                           MPI_Datatype recvtype, MPI_Comm comm,
                           MPI_Request *request)
{
    return coll_call_start(
        NEIGHBOR_ALLTOALL("MPI_Ineighbor_alltoall"), request);
}

PROFILE(MPI_Ineighbor_alltoall_c);
int MPI_Ineighbor_alltoall_c(const void *sendbuf, MPI_Count sendcount,
                             MPI_Datatype sendtype, void *recvbuf,
                             MPI_Count recvcount, MPI_Datatype recvtype,
                             MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(
        NEIGHBOR_ALLTOALL("MPI_Ineighbor_alltoall_c"), request);
}

PROFILE(MPI_Neighbor_alltoall_init);
int MPI_Neighbor_alltoall_init(const void *sendbuf, int sendcount,
                               MPI_Datatype sendtype, void *recvbuf,
                               int recvcount, MPI_Datatype recvtype,
                               MPI_Comm comm, MPI_Info info,
                               MPI_Request *request)
{
    return coll_call_init(
        NEIGHBOR_ALLTOALL("MPI_Neighbor_alltoall_init"), info, request);
}

PROFILE(MPI_Neighbor_alltoall_init_c);
int MPI_Neighbor_alltoall_init_c(const void *sendbuf, MPI_Count sendcount,
                                 MPI_Datatype sendtype, void *recvbuf,
                                 MPI_Count recvcount, MPI_Datatype recvtype,
                                 MPI_Comm comm, MPI_Info info,
                                 MPI_Request *request)
{
    return coll_call_init(
        NEIGHBOR_ALLTOALL("MPI_Neighbor_alltoall_init_c"), info, request);
}

#define NEIGHBOR_ALLTOALLV(function_name)                                      \
    &(struct coll_call){                                                       \
        .kind = COLL_NEIGHBOR_ALLTOALLV,                                       \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .send = { sendbuf, 0, sendtype },                                      \
        .send_blocks = { NUMBERS(sendcounts), NUMBERS(sdispls), NULL },        \
        .recv = { recvbuf, 0, recvtype },                                      \
        .recv_blocks = { NUMBERS(recvcounts), NUMBERS(rdispls), NULL },        \
    }

PROFILE(MPI_Neighbor_alltoallv);
int MPI_Neighbor_alltoallv(const void *sendbuf, const int sendcounts[],
                           const int sdispls[], MPI_Datatype sendtype,
                           void *recvbuf, const int recvcounts[],
                           const int rdispls[], MPI_Datatype recvtype,
                           MPI_Comm comm)
{
    return coll_call_run(NEIGHBOR_ALLTOALLV("MPI_Neighbor_alltoallv"));
}

PROFILE(MPI_Neighbor_alltoallv_c);
int MPI_Neighbor_alltoallv_c(const void *sendbuf, const MPI_Count sendcounts[],
                             const MPI_Aint sdispls[], MPI_Datatype sendtype,
                             void *recvbuf, const MPI_Count recvcounts[],
                             const MPI_Aint rdispls[], MPI_Datatype recvtype,
                             MPI_Comm comm)
{
    return coll_call_run(NEIGHBOR_ALLTOALLV("MPI_Neighbor_alltoallv_c"));
}

PROFILE(MPI_Ineighbor_alltoallv);
int MPI_Ineighbor_alltoallv(const void *sendbuf, const int sendcounts[],
                            const int sdispls[], MPI_Datatype sendtype,
                            void *recvbuf, const int recvcounts[],
                            const int rdispls[], MPI_Datatype recvtype,
                            MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(
        NEIGHBOR_ALLTOALLV("MPI_Ineighbor_alltoallv"), request);
}

PROFILE(MPI_Ineighbor_alltoallv_c);
int MPI_Ineighbor_alltoallv_c(const void *sendbuf,
                              const MPI_Count sendcounts[],
                              const MPI_Aint sdispls[], MPI_Datatype sendtype,
                              void *recvbuf, const MPI_Count recvcounts[],
                              const MPI_Aint rdispls[], MPI_Datatype recvtype,
                              MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(
        NEIGHBOR_ALLTOALLV("MPI_Ineighbor_alltoallv_c"), request);
}

PROFILE(MPI_Neighbor_alltoallv_init);
int MPI_Neighbor_alltoallv_init(const void *sendbuf, const int sendcounts[],
                                const int sdispls[], MPI_Datatype sendtype,
                                void *recvbuf, const int recvcounts[],
                                const int rdispls[], MPI_Datatype recvtype,
                                MPI_Comm comm, MPI_Info info,
                                MPI_Request *request)
{
    return coll_call_init(
        NEIGHBOR_ALLTOALLV("MPI_Neighbor_alltoallv_init"), info, request);
}

PROFILE(MPI_Neighbor_alltoallv_init_c);
int MPI_Neighbor_alltoallv_init_c(const void *sendbuf,
                                  const MPI_Count sendcounts[],
                                  const MPI_Aint sdispls[],
                                  MPI_Datatype sendtype, void *recvbuf,
                                  const MPI_Count recvcounts[],
                                  const MPI_Aint rdispls[],
                                  MPI_Datatype recvtype, MPI_Comm comm,
                                  MPI_Info info, MPI_Request *request)
{
    return coll_call_init(
        NEIGHBOR_ALLTOALLV("MPI_Neighbor_alltoallv_init_c"), info, request);
}

#define NEIGHBOR_ALLTOALLW(function_name)                                      \
    &(struct coll_call){                                                       \
        .kind = COLL_NEIGHBOR_ALLTOALLW,                                       \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .send = { sendbuf, 0, MPI_BYTE },                                      \
        .send_blocks = { NUMBERS(sendcounts), NUMBERS(sdispls), sendtypes },   \
        .recv = { recvbuf, 0, MPI_BYTE },                                      \
        .recv_blocks = { NUMBERS(recvcounts), NUMBERS(rdispls), recvtypes },   \
    }

PROFILE(MPI_Neighbor_alltoallw);
int MPI_Neighbor_alltoallw(const void *sendbuf, const int sendcounts[],
                           const MPI_Aint sdispls[],
                           const MPI_Datatype sendtypes[], void *recvbuf,
                           const int recvcounts[], const MPI_Aint rdispls[],
                           const MPI_Datatype recvtypes[], MPI_Comm comm)
{
    return coll_call_run(NEIGHBOR_ALLTOALLW("MPI_Neighbor_alltoallw"));
}

PROFILE(MPI_Neighbor_alltoallw_c);
int MPI_Neighbor_alltoallw_c(const void *sendbuf, const MPI_Count sendcounts[],
                             const MPI_Aint sdispls[],
                             const MPI_Datatype sendtypes[], void *recvbuf,
                             const MPI_Count recvcounts[],
                             const MPI_Aint rdispls[],
                             const MPI_Datatype recvtypes[], MPI_Comm comm)
{
    return coll_call_run(NEIGHBOR_ALLTOALLW("MPI_Neighbor_alltoallw_c"));
}

PROFILE(MPI_Ineighbor_alltoallw);
int MPI_Ineighbor_alltoallw(const void *sendbuf, const int sendcounts[],
                            const MPI_Aint sdispls[],
                            const MPI_Datatype sendtypes[], void *recvbuf,
                            const int recvcounts[], const MPI_Aint rdispls[],
                            const MPI_Datatype recvtypes[], MPI_Comm comm,
                            MPI_Request *request)
{
    return coll_call_start(
        NEIGHBOR_ALLTOALLW("MPI_Ineighbor_alltoallw"), request);
}

PROFILE(MPI_Ineighbor_alltoallw_c);
int MPI_Ineighbor_alltoallw_c(const void *sendbuf,
                              const MPI_Count sendcounts[],
                              const MPI_Aint sdispls[],
                              const MPI_Datatype sendtypes[], void *recvbuf,
                              const MPI_Count recvcounts[],
                              const MPI_Aint rdispls[],
                              const MPI_Datatype recvtypes[], MPI_Comm comm,
                              MPI_Request *request)
{
    return coll_call_start(
        NEIGHBOR_ALLTOALLW("MPI_Ineighbor_alltoallw_c"), request);
}

PROFILE(MPI_Neighbor_alltoallw_init);
int MPI_Neighbor_alltoallw_init(const void *sendbuf, const int sendcounts[],
                                const MPI_Aint sdispls[],
                                const MPI_Datatype sendtypes[], void *recvbuf,
                                const int recvcounts[],
                                const MPI_Aint rdispls[],
                                const MPI_Datatype recvtypes[], MPI_Comm comm,
                                MPI_Info info, MPI_Request *request)
{
    return coll_call_init(
        NEIGHBOR_ALLTOALLW("MPI_Neighbor_alltoallw_init"), info, request);
}

PROFILE(MPI_Neighbor_alltoallw_init_c);
int MPI_Neighbor_alltoallw_init_c(const void *sendbuf,
                                  const MPI_Count sendcounts[],
                                  const MPI_Aint sdispls[],
                                  const MPI_Datatype sendtypes[],
                                  void *recvbuf, const MPI_Count recvcounts[],
                                  const MPI_Aint rdispls[],
                                  const MPI_Datatype recvtypes[],
                                  MPI_Comm comm, MPI_Info info,
                                  MPI_Request *request)
{
    return coll_call_init(
        NEIGHBOR_ALLTOALLW("MPI_Neighbor_alltoallw_init_c"), info, request);
}
