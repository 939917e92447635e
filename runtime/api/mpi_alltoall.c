/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All to all (MPI 5.0, 6.8). A macro writes the arguments of an operation
 * down once, by the names that its forms share: blocking, nonblocking and
 * persistent, with int and with large counts.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

#define ALLTOALL(function_name)                                                \
    &(struct coll_call){                                                       \
        .kind = COLL_ALLTOALL,                                                 \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .send = { sendbuf, sendcount, sendtype },                              \
        .recv = { recvbuf, recvcount, recvtype },                              \
    }

PROFILE(MPI_Alltoall);
int MPI_Alltoall(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                 void *recvbuf, int recvcount, MPI_Datatype recvtype,
                 MPI_Comm comm)
{
    return coll_call_run(ALLTOALL("MPI_Alltoall"));
}

PROFILE(MPI_Alltoall_c);
int MPI_Alltoall_c(const void *sendbuf, MPI_Count sendcount,
                   MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                   MPI_Datatype recvtype, MPI_Comm comm)
{
    return coll_call_run(ALLTOALL("MPI_Alltoall_c"));
}

PROFILE(MPI_Ialltoall);
int MPI_Ialltoall(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                  void *recvbuf, int recvcount, MPI_Datatype recvtype,
                  MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(ALLTOALL("MPI_Ialltoall"), request);
}

PROFILE(MPI_Ialltoall_c);
int MPI_Ialltoall_c(const void *sendbuf, MPI_Count sendcount,
                    MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                    MPI_Datatype recvtype, MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(ALLTOALL("MPI_Ialltoall_c"), request);
}

PROFILE(MPI_Alltoall_init);
int MPI_Alltoall_init(const void *sendbuf, int sendcount,
                      MPI_Datatype sendtype, void *recvbuf, int recvcount,
                      MPI_Datatype recvtype, MPI_Comm comm, MPI_Info info,
                      MPI_Request *request)
{
    return coll_call_init(ALLTOALL("MPI_Alltoall_init"), info, request);
}

PROFILE(MPI_Alltoall_init_c);
int MPI_Alltoall_init_c(const void *sendbuf, MPI_Count sendcount,
                        MPI_Datatype sendtype, void *recvbuf,
                        MPI_Count recvcount, MPI_Datatype recvtype,
                        MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(ALLTOALL("MPI_Alltoall_init_c"), info, request);
}

#define ALLTOALLV(function_name)                                               \
    &(struct coll_call){                                                       \
        .kind = COLL_ALLTOALLV,                                                \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .send = { sendbuf, 0, sendtype },                                      \
        .send_blocks = { NUMBERS(sendcounts), NUMBERS(sdispls), NULL },        \
        .recv = { recvbuf, 0, recvtype },                                      \
        .recv_blocks = { NUMBERS(recvcounts), NUMBERS(rdispls), NULL },        \
    }

PROFILE(MPI_Alltoallv);
int MPI_Alltoallv(const void *sendbuf, const int sendcounts[],
                  const int sdispls[], MPI_Datatype sendtype, void *recvbuf,
                  const int recvcounts[], const int rdispls[],
                  MPI_Datatype recvtype, MPI_Comm comm)
{
    return coll_call_run(ALLTOALLV("MPI_Alltoallv"));
}

PROFILE(MPI_Alltoallv_c);
int MPI_Alltoallv_c(const void *sendbuf, const MPI_Count sendcounts[],
                    const MPI_Aint sdispls[], MPI_Datatype sendtype,
                    void *recvbuf, const MPI_Count recvcounts[],
                    const MPI_Aint rdispls[], MPI_Datatype recvtype,
                    MPI_Comm comm)
{
    return coll_call_run(ALLTOALLV("MPI_Alltoallv_c"));
}

PROFILE(MPI_Ialltoallv);
int MPI_Ialltoallv(const void *sendbuf, const int sendcounts[],
                   const int sdispls[], MPI_Datatype sendtype, void *recvbuf,
                   const int recvcounts[], const int rdispls[],
                   MPI_Datatype recvtype, MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(ALLTOALLV("MPI_Ialltoallv"), request);
}

PROFILE(MPI_Ialltoallv_c);
int MPI_Ialltoallv_c(const void *sendbuf, const MPI_Count sendcounts[],
                     const MPI_Aint sdispls[], MPI_Datatype sendtype,
                     void *recvbuf, const MPI_Count recvcounts[],
                     const MPI_Aint rdispls[], MPI_Datatype recvtype,
                     MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(ALLTOALLV("MPI_Ialltoallv_c"), request);
}

PROFILE(MPI_Alltoallv_init);
int MPI_Alltoallv_init(const void *sendbuf, const int sendcounts[],
                       const int sdispls[], MPI_Datatype sendtype,
                       void *recvbuf, const int recvcounts[],
                       const int rdispls[], MPI_Datatype recvtype,
                       MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(ALLTOALLV("MPI_Alltoallv_init"), info, request);
}

PROFILE(MPI_Alltoallv_init_c);
int MPI_Alltoallv_init_c(const void *sendbuf, const MPI_Count sendcounts[],
                         const MPI_Aint sdispls[], MPI_Datatype sendtype,
                         void *recvbuf, const MPI_Count recvcounts[],
                         const MPI_Aint rdispls[], MPI_Datatype recvtype,
                         MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(ALLTOALLV("MPI_Alltoallv_init_c"), info, request);
}

#define ALLTOALLW(function_name)                                               \
    &(struct coll_call){                                                       \
        .kind = COLL_ALLTOALLW,                                                \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .send = { sendbuf, 0, MPI_BYTE },                                      \
        .send_blocks = { NUMBERS(sendcounts), NUMBERS(sdispls), sendtypes },   \
        .recv = { recvbuf, 0, MPI_BYTE },                                      \
        .recv_blocks = { NUMBERS(recvcounts), NUMBERS(rdispls), recvtypes },   \
    }

PROFILE(MPI_Alltoallw);
int MPI_Alltoallw(const void *sendbuf, const int sendcounts[],
                  const int sdispls[], const MPI_Datatype sendtypes[],
                  void *recvbuf, const int recvcounts[], const int rdispls[],
                  const MPI_Datatype recvtypes[], MPI_Comm comm)
{
    return coll_call_run(ALLTOALLW("MPI_Alltoallw"));
}

PROFILE(MPI_Alltoallw_c);
int MPI_Alltoallw_c(const void *sendbuf, const MPI_Count sendcounts[],
                    const MPI_Aint sdispls[], const MPI_Datatype sendtypes[],
                    void *recvbuf, const MPI_Count recvcounts[],
                    const MPI_Aint rdispls[], const MPI_Datatype recvtypes[],
                    MPI_Comm comm)
{
    return coll_call_run(ALLTOALLW("MPI_Alltoallw_c"));
}

PROFILE(MPI_Ialltoallw);
int MPI_Ialltoallw(const void *sendbuf, const int sendcounts[],
                   const int sdispls[], const MPI_Datatype sendtypes[],
                   void *recvbuf, const int recvcounts[], const int rdispls[],
                   const MPI_Datatype recvtypes[], MPI_Comm comm,
                   MPI_Request *request)
{
    return coll_call_start(ALLTOALLW("MPI_Ialltoallw"), request);
}

PROFILE(MPI_Ialltoallw_c);
int MPI_Ialltoallw_c(const void *sendbuf, const MPI_Count sendcounts[],
                     const MPI_Aint sdispls[], const MPI_Datatype sendtypes[],
                     void *recvbuf, const MPI_Count recvcounts[],
                     const MPI_Aint rdispls[], const MPI_Datatype recvtypes[],
                     MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(ALLTOALLW("MPI_Ialltoallw_c"), request);
}

PROFILE(MPI_Alltoallw_init);
int MPI_Alltoallw_init(const void *sendbuf, const int sendcounts[],
                       const int sdispls[], const MPI_Datatype sendtypes[],
                       void *recvbuf, const int recvcounts[],
                       const int rdispls[], const MPI_Datatype recvtypes[],
                       MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(ALLTOALLW("MPI_Alltoallw_init"), info, request);
}

PROFILE(MPI_Alltoallw_init_c);
int MPI_Alltoallw_init_c(const void *sendbuf, const MPI_Count sendcounts[],
                         const MPI_Aint sdispls[],
                         const MPI_Datatype sendtypes[], void *recvbuf,
                         const MPI_Count recvcounts[],
                         const MPI_Aint rdispls[],
                         const MPI_Datatype recvtypes[], MPI_Comm comm,
                         MPI_Info info, MPI_Request *request)
{
    return coll_call_init(ALLTOALLW("MPI_Alltoallw_init_c"), info, request);
}
