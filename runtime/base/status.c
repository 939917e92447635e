/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Turning a status page into words. Every field is checked before use: the
 * writer may have died anywhere.
 */
#include "runtime/base/status.h"

#include <mpi.h>

static const char *const call_names[CALL_COUNT] = {
    [CALL_NONE] = "the application",    [CALL_INIT] = "MPI_Init",
    [CALL_FINALIZE] = "MPI_Finalize",   [CALL_SEND] = "MPI_Send",
    [CALL_SSEND] = "MPI_Ssend",         [CALL_RECV] = "MPI_Recv",
    [CALL_SENDRECV] = "MPI_Sendrecv",   [CALL_WAIT] = "MPI_Wait",
    [CALL_TEST] = "MPI_Test",           [CALL_PROBE] = "MPI_Probe",
    [CALL_BARRIER] = "MPI_Barrier",     [CALL_BCAST] = "MPI_Bcast",
    [CALL_REDUCE] = "MPI_Reduce",       [CALL_ALLREDUCE] = "MPI_Allreduce",
    [CALL_GATHER] = "MPI_Gather",       [CALL_SCATTER] = "MPI_Scatter",
    [CALL_ALLGATHER] = "MPI_Allgather", [CALL_ALLTOALL] = "MPI_Alltoall",
    [CALL_REDUCE_SCATTER_BLOCK] = "MPI_Reduce_scatter_block",
    [CALL_SCAN] = "MPI_Scan",
    [CALL_EXSCAN] = "MPI_Exscan",
    [CALL_GATHERV] = "MPI_Gatherv",
    [CALL_SCATTERV] = "MPI_Scatterv",
    [CALL_ALLGATHERV] = "MPI_Allgatherv",
    [CALL_ALLTOALLV] = "MPI_Alltoallv",
    [CALL_ALLTOALLW] = "MPI_Alltoallw",
    [CALL_REDUCE_SCATTER] = "MPI_Reduce_scatter",
    [CALL_NEIGHBOR_ALLGATHER] = "MPI_Neighbor_allgather",
    [CALL_NEIGHBOR_ALLGATHERV] = "MPI_Neighbor_allgatherv",
    [CALL_NEIGHBOR_ALLTOALL] = "MPI_Neighbor_alltoall",
    [CALL_NEIGHBOR_ALLTOALLV] = "MPI_Neighbor_alltoallv",
    [CALL_NEIGHBOR_ALLTOALLW] = "MPI_Neighbor_alltoallw",
    [CALL_COMM] = "the creation of a communicator",
};

/* How the peer of a call is introduced, NULL where it has none. */
static const char *peer_preposition(uint32_t call)
{
    switch (call) {
    case CALL_SEND:
    case CALL_SSEND:
        return "to";
    case CALL_RECV:
    case CALL_PROBE:
        return "from";
    default:
        return NULL;
    }
}

void status_describe(const struct status_page *page, struct strbuf *out)
{
    if (page->state == STATUS_EMPTY) {
        strbuf_puts(out, "before MPI_Init");
        return;
    }
    if (page->state == STATUS_FINALIZED) {
        strbuf_puts(out, "after MPI_Finalize");
        return;
    }
    uint32_t call = page->call < CALL_COUNT ? page->call : CALL_NONE;
    strbuf_printf(out, "in %s", call_names[call]);
    const char *preposition = peer_preposition(call);
    if (!preposition)
        return;
    if (page->peer == MPI_ANY_SOURCE)
        strbuf_printf(out, " %s any rank", preposition);
    else
        strbuf_printf(out, " %s rank %d", preposition, (int)page->peer);
    if (page->tag == MPI_ANY_TAG)
        strbuf_puts(out, ", any tag");
    else
        strbuf_printf(out, ", tag %d", (int)page->tag);
    if (call != CALL_PROBE)
        strbuf_printf(out, ", %llu bytes", (unsigned long long)page->bytes);
}
