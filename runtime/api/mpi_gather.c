/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gather (MPI 5.0, 6.5). A macro writes the arguments of an operation down
 * once, by the names that its forms share: blocking, nonblocking and
 * persistent, with int and with large counts.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

#define GATHER(function_name)                                                  \
    &(struct coll_call){                                                       \
        .kind = COLL_GATHER,                                                   \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .root = root,                                                          \
        .send = { sendbuf, sendcount, sendtype },                              \
        .recv = { recvbuf, recvcount, recvtype },                              \
    }

PROFILE(MPI_Gather);
int MPI_Gather(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
               void *recvbuf, int recvcount, MPI_Datatype recvtype, int root,
               MPI_Comm comm)
{
    return coll_call_run(GATHER("MPI_Gather"));
}

PROFILE(MPI_Gather_c);
int MPI_Gather_c(const void *sendbuf, MPI_Count sendcount,
                 MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                 MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    return coll_call_run(GATHER("MPI_Gather_c"));
}

PROFILE(MPI_Igather);
int MPI_Igather(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                void *recvbuf, int recvcount, MPI_Datatype recvtype, int root,
                MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(GATHER("MPI_Igather"), request);
}

PROFILE(MPI_Igather_c);
int MPI_Igather_c(const void *sendbuf, MPI_Count sendcount,
                  MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                  MPI_Datatype recvtype, int root, MPI_Comm comm,
                  MPI_Request *request)
{
    return coll_call_start(GATHER("MPI_Igather_c"), request);
}

PROFILE(MPI_Gather_init);
int MPI_Gather_init(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                    void *recvbuf, int recvcount, MPI_Datatype recvtype,
                    int root, MPI_Comm comm, MPI_Info info,
                    MPI_Request *request)
{
    return coll_call_init(GATHER("MPI_Gather_init"), info, request);
}

PROFILE(MPI_Gather_init_c);
int MPI_Gather_init_c(const void *sendbuf, MPI_Count sendcount,
                      MPI_Datatype sendtype, void *recvbuf,
                      MPI_Count recvcount, MPI_Datatype recvtype, int root,
                      MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(GATHER("MPI_Gather_init_c"), info, request);
}

#define GATHERV(function_name)                                                 \
    &(struct coll_call){                                                       \
        .kind = COLL_GATHERV,                                                  \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .root = root,                                                          \
        .send = { sendbuf, sendcount, sendtype },                              \
        .recv = { recvbuf, 0, recvtype },                                      \
        .recv_blocks = { NUMBERS(recvcounts), NUMBERS(displs), NULL },         \
    }

PROFILE(MPI_Gatherv);
int MPI_Gatherv(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                void *recvbuf, const int recvcounts[], const int displs[],
                MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    return coll_call_run(GATHERV("MPI_Gatherv"));
}

PROFILE(MPI_Gatherv_c);
int MPI_Gatherv_c(const void *sendbuf, MPI_Count sendcount,
                  MPI_Datatype sendtype, void *recvbuf,
                  const MPI_Count recvcounts[], const MPI_Aint displs[],
                  MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    return coll_call_run(GATHERV("MPI_Gatherv_c"));
}

PROFILE(MPI_Igatherv);
int MPI_Igatherv(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                 void *recvbuf, const int recvcounts[], const int displs[],
                 MPI_Datatype recvtype, int root, MPI_Comm comm,
                 MPI_Request *request)
{
    return coll_call_start(GATHERV("MPI_Igatherv"), request);
}

PROFILE(MPI_Igatherv_c);
int MPI_Igatherv_c(const void *sendbuf, MPI_Count sendcount,
                   MPI_Datatype sendtype, void *recvbuf,
                   const MPI_Count recvcounts[], const MPI_Aint displs[],
                   MPI_Datatype recvtype, int root, MPI_Comm comm,
                   MPI_Request *request)
{
    return coll_call_start(GATHERV("MPI_Igatherv_c"), request);
}

PROFILE(MPI_Gatherv_init);
int MPI_Gatherv_init(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                     void *recvbuf, const int recvcounts[], const int displs[],
                     MPI_Datatype recvtype, int root, MPI_Comm comm,
                     MPI_Info info, MPI_Request *request)
{
    return coll_call_init(GATHERV("MPI_Gatherv_init"), info, request);
}

PROFILE(MPI_Gatherv_init_c);
int MPI_Gatherv_init_c(const void *sendbuf, MPI_Count sendcount,
                       MPI_Datatype sendtype, void *recvbuf,
                       const MPI_Count recvcounts[], const MPI_Aint displs[],
                       MPI_Datatype recvtype, int root, MPI_Comm comm,
                       MPI_Info info, MPI_Request *request)
{
    return coll_call_init(GATHERV("MPI_Gatherv_init_c"), info, request);
}
