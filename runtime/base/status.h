/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The status page: what one rank is doing, readable by its node agent.
 *
 * The agent makes one page per rank in the node's memfd (node_segment.h); the
 * rank writes it with plain stores and the agent reads it at any time, also
 * after the rank died. A torn read is possible and harmless: it is a report.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/base/counter.h"
#include "runtime/base/doorbell.h"
#include "runtime/base/strbuf.h"

enum status_state {
    STATUS_EMPTY,       /* no process yet, or it never called MPI_Init */
    STATUS_INITIALIZED, /* between MPI_Init and MPI_Finalize */
    STATUS_FINALIZED,
    STATUS_ABORTED      /* called MPI_Abort, or an error was fatal */
};

/* What a rank may be inside of for long. */
enum status_call {
    CALL_NONE, /* in the application */
    CALL_INIT, CALL_FINALIZE, CALL_SEND, CALL_SSEND, CALL_RECV, CALL_SENDRECV,
    CALL_WAIT, CALL_TEST, CALL_PROBE, CALL_BARRIER, CALL_BCAST, CALL_REDUCE,
    CALL_ALLREDUCE, CALL_GATHER, CALL_SCATTER, CALL_ALLGATHER, CALL_ALLTOALL,
    CALL_REDUCE_SCATTER_BLOCK, CALL_SCAN, CALL_EXSCAN, CALL_GATHERV,
    CALL_SCATTERV, CALL_ALLGATHERV, CALL_ALLTOALLV, CALL_ALLTOALLW,
    CALL_REDUCE_SCATTER, CALL_NEIGHBOR_ALLGATHER, CALL_NEIGHBOR_ALLGATHERV,
    CALL_NEIGHBOR_ALLTOALL, CALL_NEIGHBOR_ALLTOALLV, CALL_NEIGHBOR_ALLTOALLW,
    CALL_COMM, /* communicator creation */
    CALL_COUNT
};

enum { STATUS_PAGE_BYTES = 4096, STATUS_CORES = 1024 };

struct status_page {
    uint32_t state;  /* enum status_state */
    int32_t world;   /* rank in the job */
    uint32_t call;   /* enum status_call */
    int32_t peer;    /* rank in the communicator, or MPI_ANY_SOURCE ... */
    int32_t tag;
    uint32_t context; /* communicator's context id */
    uint64_t bytes;
    int32_t exit_code; /* of MPI_Abort, when state is STATUS_ABORTED */
    struct counters counters;
    uint64_t cores[STATUS_CORES / 64]; /* a bit for each it may run on */
    char last_words[512]; /* sentence of the error that ended the rank */
    struct doorbell bell; /* by which other ranks of the node wake it */
};

_Static_assert(sizeof(struct status_page) <= STATUS_PAGE_BYTES,
               "a status page is one page");

/* Note the call entered, and whom it concerns. */
static inline void status_enter(struct status_page *page, uint32_t call,
                                int peer, int tag, uint64_t bytes)
{
    page->call = call;
    page->peer = peer;
    page->tag = tag;
    page->bytes = bytes;
}

static inline void status_leave(struct status_page *page)
{
    page->call = CALL_NONE;
}

/* Append one phrase, such as "in MPI_Recv from rank 3, tag 7, 8 bytes", to
 * out. Safe on a page that a dying process left half written. */
void status_describe(const struct status_page *page, struct strbuf *out);

#endif
