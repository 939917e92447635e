/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocking collective operations (MPI 5.0, chapter 6). Each function writes
 * its arguments down by name; coll_call checks and runs them.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

PROFILE(MPI_Barrier);
int MPI_Barrier(MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_BARRIER,
        .function = "MPI_Barrier",
        .comm = comm,
    });
}

PROFILE(MPI_Bcast);
int MPI_Bcast(void *buffer, int count, MPI_Datatype datatype, int root,
              MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_BCAST,
        .function = "MPI_Bcast",
        .comm = comm,
        .root = root,
        .recv = { buffer, count, datatype },
    });
}

PROFILE(MPI_Bcast_c);
int MPI_Bcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_BCAST,
        .function = "MPI_Bcast_c",
        .comm = comm,
        .root = root,
        .recv = { buffer, count, datatype },
    });
}

PROFILE(MPI_Reduce);
int MPI_Reduce(const void *sendbuf, void *recvbuf, int count,
               MPI_Datatype datatype, MPI_Op op, int root, MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_REDUCE,
        .function = "MPI_Reduce",
        .comm = comm,
        .root = root,
        .op = op,
        .send = { sendbuf, count, datatype },
        .recv = { recvbuf, count, datatype },
    });
}

PROFILE(MPI_Reduce_c);
int MPI_Reduce_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                 MPI_Datatype datatype, MPI_Op op, int root, MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_REDUCE,
        .function = "MPI_Reduce_c",
        .comm = comm,
        .root = root,
        .op = op,
        .send = { sendbuf, count, datatype },
        .recv = { recvbuf, count, datatype },
    });
}

PROFILE(MPI_Allreduce);
int MPI_Allreduce(const void *sendbuf, void *recvbuf, int count,
                  MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_ALLREDUCE,
        .function = "MPI_Allreduce",
        .comm = comm,
        .op = op,
        .send = { sendbuf, count, datatype },
        .recv = { recvbuf, count, datatype },
    });
}

PROFILE(MPI_Allreduce_c);
int MPI_Allreduce_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                    MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_ALLREDUCE,
        .function = "MPI_Allreduce_c",
        .comm = comm,
        .op = op,
        .send = { sendbuf, count, datatype },
        .recv = { recvbuf, count, datatype },
    });
}

PROFILE(MPI_Gather);
int MPI_Gather(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
               void *recvbuf, int recvcount, MPI_Datatype recvtype, int root,
               MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_GATHER,
        .function = "MPI_Gather",
        .comm = comm,
        .root = root,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    });
}

PROFILE(MPI_Gather_c);
int MPI_Gather_c(const void *sendbuf, MPI_Count sendcount,
                 MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                 MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_GATHER,
        .function = "MPI_Gather_c",
        .comm = comm,
        .root = root,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    });
}

PROFILE(MPI_Scatter);
int MPI_Scatter(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                void *recvbuf, int recvcount, MPI_Datatype recvtype, int root,
                MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_SCATTER,
        .function = "MPI_Scatter",
        .comm = comm,
        .root = root,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    });
}

PROFILE(MPI_Scatter_c);
int MPI_Scatter_c(const void *sendbuf, MPI_Count sendcount,
                  MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                  MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_SCATTER,
        .function = "MPI_Scatter_c",
        .comm = comm,
        .root = root,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    });
}

PROFILE(MPI_Allgather);
int MPI_Allgather(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                  void *recvbuf, int recvcount, MPI_Datatype recvtype,
                  MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_ALLGATHER,
        .function = "MPI_Allgather",
        .comm = comm,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    });
}

PROFILE(MPI_Allgather_c);
int MPI_Allgather_c(const void *sendbuf, MPI_Count sendcount,
                    MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                    MPI_Datatype recvtype, MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_ALLGATHER,
        .function = "MPI_Allgather_c",
        .comm = comm,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    });
}

PROFILE(MPI_Alltoall);
int MPI_Alltoall(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
                 void *recvbuf, int recvcount, MPI_Datatype recvtype,
                 MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_ALLTOALL,
        .function = "MPI_Alltoall",
        .comm = comm,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    });
}

PROFILE(MPI_Alltoall_c);
int MPI_Alltoall_c(const void *sendbuf, MPI_Count sendcount,
                   MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                   MPI_Datatype recvtype, MPI_Comm comm)
{
    return coll_call_run(&(struct coll_call){
        .kind = COLL_ALLTOALL,
        .function = "MPI_Alltoall_c",
        .comm = comm,
        .send = { sendbuf, sendcount, sendtype },
        .recv = { recvbuf, recvcount, recvtype },
    });
}
