/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_Probe and MPI_Iprobe (MPI 5.0, 3.8.1).
 */
#include "runtime/api/api.h"

#include "runtime/api/p2p_call.h"
#include "runtime/base/process.h"
#include "runtime/base/status.h"
#include "runtime/p2p/p2p.h"

PROFILE(MPI_Probe);
int MPI_Probe(int source, int tag, MPI_Comm comm, MPI_Status *status)
{
    LIBRARY_LOCKED;
    struct message m;
    int err = p2p_call_probe(&(struct p2p_call){ .peer = source, .tag = tag,
                                                 .comm = comm }, &m);
    if (err != MPI_SUCCESS)
        return api_raise(m.comm, err, "MPI_Probe");
    struct envelope found;
    status_enter(library.process->status, CALL_PROBE, source, tag, 0);
    err = p2p_probe(&m, &found);
    status_leave(library.process->status);
    if (err != MPI_SUCCESS)
        return api_raise(m.comm, err, "MPI_Probe");
    status_set(status, found.source, found.tag, found.bytes);
    return MPI_SUCCESS;
}

PROFILE(MPI_Iprobe);
int MPI_Iprobe(int source, int tag, MPI_Comm comm, int *flag,
               MPI_Status *status)
{
    LIBRARY_LOCKED;
    struct message m;
    int err = p2p_call_probe(&(struct p2p_call){ .peer = source, .tag = tag,
                                                 .comm = comm }, &m);
    if (err != MPI_SUCCESS)
        return api_raise(m.comm, err, "MPI_Iprobe");
    struct envelope found;
    bool is_found;
    err = p2p_iprobe(&m, &is_found, &found);
    *flag = is_found;
    if (is_found)
        status_set(status, found.source, found.tag, found.bytes);
    return api_result(m.comm, err, "MPI_Iprobe");
}
