/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gather to all (MPI 5.0, 6.7). A macro writes the arguments of an operation
 * down once, by the names that its forms share: blocking, nonblocking and
 * persistent, with int and with large counts.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

#define ALLGATHER(function_name)                                               \
    &(struct coll_call){                                                       \
        .kind = COLL_ALLGATHER,                                                \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .send = { sendbuf, sendcount, sendtype },                              \
        .recv = { recvbuf, recvcount, recvtype },                              \
    }

PROFILE(MPI_Allgather);
int MPI_Allgather(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                  void *recvbuf, int recvcount, MPI_Datatype recvtype,
                  MPI_Comm comm)
{
    return coll_call_run(ALLGATHER("MPI_Allgather"));
}

PROFILE(MPI_Allgather_c);
int MPI_Allgather_c(const void *sendbuf, MPI_Count sendcount,
                    MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                    MPI_Datatype recvtype, MPI_Comm comm)
{
    return coll_call_run(ALLGATHER("MPI_Allgather_c"));
}

PROFILE(MPI_Iallgather);
int MPI_Iallgather(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                   void *recvbuf, int recvcount, MPI_Datatype recvtype,
                   MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(ALLGATHER("MPI_Iallgather"), request);
}

PROFILE(MPI_Iallgather_c);
int MPI_Iallgather_c(const void *sendbuf, MPI_Count sendcount,
                     MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                     MPI_Datatype recvtype, MPI_Comm comm,
                     MPI_Request *request)
{
    return coll_call_start(ALLGATHER("MPI_Iallgather_c"), request);
}

PROFILE(MPI_Allgather_init);
int MPI_Allgather_init(const void *sendbuf, int sendcount,
                       MPI_Datatype sendtype, void *recvbuf, int recvcount,
                       MPI_Datatype recvtype, MPI_Comm comm, MPI_Info info,
                       MPI_Request *request)
{
    return coll_call_init(ALLGATHER("MPI_Allgather_init"), info, request);
}

PROFILE(MPI_Allgather_init_c);
int MPI_Allgather_init_c(const void *sendbuf, MPI_Count sendcount,
                         MPI_Datatype sendtype, void *recvbuf,
                         MPI_Count recvcount, MPI_Datatype recvtype,
                         MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(ALLGATHER("MPI_Allgather_init_c"), info, request);
}

#define ALLGATHERV(function_name)                                              \
    &(struct coll_call){                                                       \
        .kind = COLL_ALLGATHERV,                                               \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .send = { sendbuf, sendcount, sendtype },                              \
        .recv = { recvbuf, 0, recvtype },                                      \
        .recv_blocks = { NUMBERS(recvcounts), NUMBERS(displs), NULL },         \
    }

PROFILE(MPI_Allgatherv);
int MPI_Allgatherv(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                   void *recvbuf, const int recvcounts[], const int displs[],
                   MPI_Datatype recvtype, MPI_Comm comm)
{
    return coll_call_run(ALLGATHERV("MPI_Allgatherv"));
}

PROFILE(MPI_Allgatherv_c);
int MPI_Allgatherv_c(const void *sendbuf, MPI_Count sendcount,
                     MPI_Datatype sendtype, void *recvbuf,
                     const MPI_Count recvcounts[], const MPI_Aint displs[],
                     MPI_Datatype recvtype, MPI_Comm comm)
{
    return coll_call_run(ALLGATHERV("MPI_Allgatherv_c"));
}

PROFILE(MPI_Iallgatherv);
int MPI_Iallgatherv(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                    void *recvbuf, const int recvcounts[], const int displs[],
                    MPI_Datatype recvtype, MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(ALLGATHERV("MPI_Iallgatherv"), request);
}

PROFILE(MPI_Iallgatherv_c);
int MPI_Iallgatherv_c(const void *sendbuf, MPI_Count sendcount,
                      MPI_Datatype sendtype, void *recvbuf,
                      const MPI_Count recvcounts[], const MPI_Aint displs[],
                      MPI_Datatype recvtype, MPI_Comm comm,
                      MPI_Request *request)
{
    return coll_call_start(ALLGATHERV("MPI_Iallgatherv_c"), request);
}

PROFILE(MPI_Allgatherv_init);
int MPI_Allgatherv_init(const void *sendbuf, int sendcount,
                        MPI_Datatype sendtype, void *recvbuf,
                        const int recvcounts[], const int displs[],
                        MPI_Datatype recvtype, MPI_Comm comm, MPI_Info info,
                        MPI_Request *request)
{
    return coll_call_init(ALLGATHERV("MPI_Allgatherv_init"), info, request);
}

PROFILE(MPI_Allgatherv_init_c);
int MPI_Allgatherv_init_c(const void *sendbuf, MPI_Count sendcount,
                          MPI_Datatype sendtype, void *recvbuf,
                          const MPI_Count recvcounts[],
                          const MPI_Aint displs[], MPI_Datatype recvtype,
                          MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(ALLGATHERV("MPI_Allgatherv_init_c"), info, request);
}
