/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nonblocking collective operations (MPI 5.0, 6.12). The same steps as the
 * blocking ones; progress takes them, whatever the rank waits for.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

PROFILE(MPI_Ibarrier);
int MPI_Ibarrier(MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_BARRIER,
        .function = "MPI_Ibarrier",
        .comm = comm,
    }, request);
}

PROFILE(MPI_Ibcast);
int MPI_Ibcast(void *buffer, int count, MPI_Datatype datatype, int root,
               MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_BCAST,
        .function = "MPI_Ibcast",
        .comm = comm,
        .root = root,
        .recv = { buffer, count, datatype },
    }, request);
}

PROFILE(MPI_Ibcast_c);
int MPI_Ibcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                 MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_BCAST,
        .function = "MPI_Ibcast_c",
        .comm = comm,
        .root = root,
        .recv = { buffer, count, datatype },
    }, request);
}

PROFILE(MPI_Ireduce);
int MPI_Ireduce(const void *sendbuf, void *recvbuf, int count,
                MPI_Datatype datatype, MPI_Op op, int root, MPI_Comm comm,
                MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_REDUCE,
        .function = "MPI_Ireduce",
        .comm = comm,
        .root = root,
        .op = op,
        .send = { sendbuf, count, datatype },
        .recv = { recvbuf, count, datatype },
    }, request);
}

PROFILE(MPI_Ireduce_c);
int MPI_Ireduce_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                  MPI_Datatype datatype, MPI_Op op, int root, MPI_Comm comm,
                  MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_REDUCE,
        .function = "MPI_Ireduce_c",
        .comm = comm,
        .root = root,
        .op = op,
        .send = { sendbuf, count, datatype },
        .recv = { recvbuf, count, datatype },
    }, request);
}

PROFILE(MPI_Iallreduce);
int MPI_Iallreduce(const void *sendbuf, void *recvbuf, int count,
                   MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                   MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_ALLREDUCE,
        .function = "MPI_Iallreduce",
        .comm = comm,
        .op = op,
        .send = { sendbuf, count, datatype },
        .recv = { recvbuf, count, datatype },
    }, request);
}

PROFILE(MPI_Iallreduce_c);
int MPI_Iallreduce_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                     MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                     MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_ALLREDUCE,
        .function = "MPI_Iallreduce_c",
        .comm = comm,
        .op = op,
        .send = { sendbuf, count, datatype },
        .recv = { recvbuf, count, datatype },
    }, request);
}

PROFILE(MPI_Igather);
int MPI_Igather(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                void *recvbuf, int recvcount, MPI_Datatype recvtype, int root,
                MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_GATHER,
        .function = "MPI_Igather",
        .comm = comm,
        .root = root,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    }, request);
}

PROFILE(MPI_Igather_c);
int MPI_Igather_c(const void *sendbuf, MPI_Count sendcount,
                  MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                  MPI_Datatype recvtype, int root, MPI_Comm comm,
                  MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_GATHER,
        .function = "MPI_Igather_c",
        .comm = comm,
        .root = root,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    }, request);
}

PROFILE(MPI_Iscatter);
int MPI_Iscatter(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                 void *recvbuf, int recvcount, MPI_Datatype recvtype, int root,
                 MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_SCATTER,
        .function = "MPI_Iscatter",
        .comm = comm,
        .root = root,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    }, request);
}

PROFILE(MPI_Iscatter_c);
int MPI_Iscatter_c(const void *sendbuf, MPI_Count sendcount,
                   MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                   MPI_Datatype recvtype, int root, MPI_Comm comm,
                   MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_SCATTER,
        .function = "MPI_Iscatter_c",
        .comm = comm,
        .root = root,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    }, request);
}

PROFILE(MPI_Iallgather);
int MPI_Iallgather(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                   void *recvbuf, int recvcount, MPI_Datatype recvtype,
                   MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_ALLGATHER,
        .function = "MPI_Iallgather",
        .comm = comm,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    }, request);
}

PROFILE(MPI_Iallgather_c);
int MPI_Iallgather_c(const void *sendbuf, MPI_Count sendcount,
                     MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                     MPI_Datatype recvtype, MPI_Comm comm,
                     MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_ALLGATHER,
        .function = "MPI_Iallgather_c",
        .comm = comm,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    }, request);
}

PROFILE(MPI_Ialltoall);
int MPI_Ialltoall(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                  void *recvbuf, int recvcount, MPI_Datatype recvtype,
                  MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_ALLTOALL,
        .function = "MPI_Ialltoall",
        .comm = comm,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    }, request);
}

PROFILE(MPI_Ialltoall_c);
int MPI_Ialltoall_c(const void *sendbuf, MPI_Count sendcount,
                    MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                    MPI_Datatype recvtype, MPI_Comm comm, MPI_Request *request)
{
    return coll_call_start(&(struct coll_call){
        .kind = COLL_ALLTOALL,
        .function = "MPI_Ialltoall_c",
        .comm = comm,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    }, request);
}
