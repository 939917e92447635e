/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scatter (MPI 5.0, 6.6). A macro writes the arguments of an operation down
 * once, by the names that its forms share: blocking, nonblocking and
 * persistent, with int and with large counts.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

#define SCATTER(function_name)                                                 \
    &(struct coll_call){                                                       \
        .kind = COLL_SCATTER,                                                  \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .root = root,                                                          \
        .send = { sendbuf, sendcount, sendtype },                              \
        .recv = { recvbuf, recvcount, recvtype },                              \
    }

PROFILE(MPI_Scatter);
int MPI_Scatter(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                void *recvbuf, int recvcount, MPI_Datatype recvtype, int root,
                MPI_Comm comm)
{
    return coll_call_run(SCATTER("MPI_Scatter"));
}

PROFILE(MPI_Scatter_c);
int MPI_Scatter_c(const void *sendbuf, MPI_Count sendcount,
                  MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                  MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    return coll_call_run(SCATTER("MPI_Scatter_c"));
}

PROFILE(MPI_Iscatter);
int MPI_Iscatter(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                 void *recvbuf, int recvcount, MPI_Datatype recvtype, int root,
                 MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(SCATTER("MPI_Iscatter"), request);
}

PROFILE(MPI_Iscatter_c);
int MPI_Iscatter_c(const void *sendbuf, MPI_Count sendcount,
                   MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                   MPI_Datatype recvtype, int root, MPI_Comm comm,
                   MPI_Request *request)
{
    return coll_call_start(SCATTER("MPI_Iscatter_c"), request);
}

PROFILE(MPI_Scatter_init);
int MPI_Scatter_init(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                     void *recvbuf, int recvcount, MPI_Datatype recvtype,
                     int root, MPI_Comm comm, MPI_Info info,
                     MPI_Request *request)
{
    return coll_call_init(SCATTER("MPI_Scatter_init"), info, request);
}

PROFILE(MPI_Scatter_init_c);
int MPI_Scatter_init_c(const void *sendbuf, MPI_Count sendcount,
                       MPI_Datatype sendtype, void *recvbuf,
                       MPI_Count recvcount, MPI_Datatype recvtype, int root,
                       MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(SCATTER("MPI_Scatter_init_c"), info, request);
}

#define SCATTERV(function_name)                                                \
    &(struct coll_call){                                                       \
        .kind = COLL_SCATTERV,                                                 \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .root = root,                                                          \
        .send = { sendbuf, 0, sendtype },                                      \
        .send_blocks = { NUMBERS(sendcounts), NUMBERS(displs), NULL },         \
        .recv = { recvbuf, recvcount, recvtype },                              \
    }

PROFILE(MPI_Scatterv);
int MPI_Scatterv(const void *sendbuf, const int sendcounts[],
                 const int displs[], MPI_Datatype sendtype, void *recvbuf,
                 int recvcount, MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    return coll_call_run(SCATTERV("MPI_Scatterv"));
}

PROFILE(MPI_Scatterv_c);
int MPI_Scatterv_c(const void *sendbuf, const MPI_Count sendcounts[],
                   const MPI_Aint displs[], MPI_Datatype sendtype,
                   void *recvbuf, MPI_Count recvcount, MPI_Datatype recvtype,
                   int root, MPI_Comm comm)
{
    return coll_call_run(SCATTERV("MPI_Scatterv_c"));
}

PROFILE(MPI_Iscatterv);
int MPI_Iscatterv(const void *sendbuf, const int sendcounts[],
                  const int displs[], MPI_Datatype sendtype, void *recvbuf,
                  int recvcount, MPI_Datatype recvtype, int root,
                  MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(SCATTERV("MPI_Iscatterv"), request);
}

PROFILE(MPI_Iscatterv_c);
int MPI_Iscatterv_c(const void *sendbuf, const MPI_Count sendcounts[],
                    const MPI_Aint displs[], MPI_Datatype sendtype,
                    void *recvbuf, MPI_Count recvcount, MPI_Datatype recvtype,
                    int root, MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(SCATTERV("MPI_Iscatterv_c"), request);
}

PROFILE(MPI_Scatterv_init);
int MPI_Scatterv_init(const void *sendbuf, const int sendcounts[],
                      const int displs[], MPI_Datatype sendtype, void *recvbuf,
                      int recvcount, MPI_Datatype recvtype, int root,
                      MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    return coll_call_init(SCATTERV("MPI_Scatterv_init"), info, request);
}

PROFILE(MPI_Scatterv_init_c);
int MPI_Scatterv_init_c(const void *sendbuf, const MPI_Count sendcounts[],
                        const MPI_Aint displs[], MPI_Datatype sendtype,
                        void *recvbuf, MPI_Count recvcount,
                        MPI_Datatype recvtype, int root, MPI_Comm comm,
                        MPI_Info info, MPI_Request *request)
{
    return coll_call_init(SCATTERV("MPI_Scatterv_init_c"), info, request);
}
