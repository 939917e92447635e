/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reductions over the ranks up to each (MPI 5.0, 6.11). A macro writes the
 * arguments of an operation down once, by the names that its forms share:
 * blocking, nonblocking and persistent, with int and with large counts.
 */
#include "runtime/api/api.h"

#include "runtime/api/coll_call.h"

#define SCAN(function_name)                                                    \
    &(struct coll_call){                                                       \
        .kind = COLL_SCAN,                                                     \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .op = op,                                                              \
        .send = { sendbuf, count, datatype },                                  \
        .recv = { recvbuf, count, datatype },                                  \
    }

PROFILE(MPI_Scan);
int MPI_Scan(const void *sendbuf, void *recvbuf, int count,
             MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(SCAN("MPI_Scan"));
}

PROFILE(MPI_Scan_c);
int MPI_Scan_c(const void *sendbuf, void *recvbuf, MPI_Count count,
               MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(SCAN("MPI_Scan_c"));
}

PROFILE(MPI_Iscan);
int MPI_Iscan(const void *sendbuf, void *recvbuf, int count,
              MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
              MPI_Request *request)
{
    return coll_call_start(SCAN("MPI_Iscan"), request);
}

PROFILE(MPI_Iscan_c);
int MPI_Iscan_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                MPI_Request *request)
{
    return coll_call_start(SCAN("MPI_Iscan_c"), request);
}

PROFILE(MPI_Scan_init);
int MPI_Scan_init(const void *sendbuf, void *recvbuf, int count,
                  MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                  MPI_Info info, MPI_Request *request)
{
    return coll_call_init(SCAN("MPI_Scan_init"), info, request);
}

PROFILE(MPI_Scan_init_c);
int MPI_Scan_init_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                    MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                    MPI_Info info, MPI_Request *request)
{
    return coll_call_init(SCAN("MPI_Scan_init_c"), info, request);
}

#define EXSCAN(function_name)                                                  \
    &(struct coll_call){                                                       \
        .kind = COLL_EXSCAN,                                                   \
        .function = function_name,                                             \
        .comm = comm,                                                          \
        .op = op,                                                              \
        .send = { sendbuf, count, datatype },                                  \
        .recv = { recvbuf, count, datatype },                                  \
    }

PROFILE(MPI_Exscan);
int MPI_Exscan(const void *sendbuf, void *recvbuf, int count,
               MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(EXSCAN("MPI_Exscan"));
}

PROFILE(MPI_Exscan_c);
int MPI_Exscan_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                 MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    return coll_call_run(EXSCAN("MPI_Exscan_c"));
}

PROFILE(MPI_Iexscan);
int MPI_Iexscan(const void *sendbuf, void *recvbuf, int count,
                MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                MPI_Request *request)
{
    return coll_call_start(EXSCAN("MPI_Iexscan"), request);
}

PROFILE(MPI_Iexscan_c);
int MPI_Iexscan_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                  MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                  MPI_Request *request)
{
    return coll_call_start(EXSCAN("MPI_Iexscan_c"), request);
}

PROFILE(MPI_Exscan_init);
int MPI_Exscan_init(const void *sendbuf, void *recvbuf, int count,
                    MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                    MPI_Info info, MPI_Request *request)
{
    return coll_call_init(EXSCAN("MPI_Exscan_init"), info, request);
}

PROFILE(MPI_Exscan_init_c);
int MPI_Exscan_init_c(const void *sendbuf, void *recvbuf, MPI_Count count,
                      MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                      MPI_Info info, MPI_Request *request)
{
    return coll_call_init(EXSCAN("MPI_Exscan_init_c"), info, request);
}
