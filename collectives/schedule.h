/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A schedule: what one rank does in a collective operation, as a list of
 * steps.
 *
 * Steps form rounds. A round starts its steps in the order in which they were
 * added; copy, reduce and call are done as they start, so a send added after a
 * reduce sees its result. The next round starts when all sends and receives of
 * this one are complete, or in a pipeline those of the rounds before it. The
 * same steps serve the blocking form (start, wait), the nonblocking one (start;
 * progress advances it) and the persistent one (start again).
 *
 * An error of a step becomes the error of the operation. After a truncation
 * the remaining steps still run, so that no other rank waits for a message that
 * never comes; what the messages carry is then undefined. When a message is
 * lost, or any rank of the communicator, no further step starts, receives that
 * met no message are taken back (the ranks they wait for may be waiting for us),
 * and the other ranks are told, who do the same. The communicator's collectives
 * fail from then on.
 *
 * Building never fails half-way: what could not be added is remembered, and
 * schedule_build_error tells at the end. Caller holds the library lock.
 */
#ifndef COLLECTIVES_SCHEDULE_H
#define COLLECTIVES_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

#include <mpi.h>

#include "collectives/span.h"
#include "runtime/base/list.h"
#include "runtime/objects/comm.h"
#include "runtime/objects/op.h"
#include "runtime/objects/request.h"

struct ranks;
struct scratch;
struct step;

struct schedule {
    struct mpi_request request;
    struct list link;       /* in its pool: idle, or started and not waited */
    struct schedule_pool *pool;
    int tag;                /* of its messages, the same at all ranks */
    struct step *steps;
    unsigned count;
    unsigned capacity;
    unsigned round_count;
    unsigned needed;        /* rounds that must be complete for the next */
    unsigned next;          /* first step not started yet */
    unsigned unfinished;    /* first step that may not be complete */
    unsigned failures_seen; /* of the rank's, see progress.h */
    bool is_lost;           /* no further step starts */
    int build_error;
    struct scratch *scratch;
    /* Of what is being built: who takes part, and on which communicator. */
    const struct ranks *ranks; /* NULL: all */
    bool is_local;             /* on the local one of an intercommunicator */
    int local_tag;             /* of messages there */
    /* Kept alive while it runs on behind the user's back. */
    struct mpi_comm *kept_comm;
    struct mpi_datatype *kept_type[2];
    struct mpi_datatype **kept_types; /* more, in scratch memory */
    unsigned kept_types_count;
    struct mpi_op *kept_op;
};

/* Start empty, with the memory of earlier uses. comm carries the messages. */
void schedule_init(struct schedule *s, struct mpi_comm *comm);

/* Free steps and scratch memory. */
void schedule_fini(struct schedule *s);

/* Drop steps, and scratch memory but for up to `keep` bytes in one piece; for a
 * schedule that goes idle. */
void schedule_clear(struct schedule *s, size_t keep);

/* Bytes of scratch memory of a schedule that was cleared. */
size_t schedule_kept_bytes(const struct schedule *s);

/* ---- building ---- */

/* Send to, or receive from, a rank of the communicator; where s->ranks is set,
 * of those. */
void schedule_send(struct schedule *s, struct span data, int rank);
void schedule_recv(struct schedule *s, struct span data, int rank);

void schedule_copy(struct schedule *s, struct span to, struct span from);

/* inout = in op inout, element by element; in has inout's count and type and
 * is the operand of the lower rank. */
void schedule_reduce(struct schedule *s, const struct mpi_op *op,
                     const void *in, struct span inout);

/* Call function(arg); its result is an error or MPI_SUCCESS. */
void schedule_call(struct schedule *s, int (*function)(void *arg), void *arg);

/* What was added so far must be complete before what comes next starts. */
void schedule_end_round(struct schedule *s);

/* The same, but for this round itself: it may go on during the next one. */
void schedule_end_round_open(struct schedule *s);

/* Memory that lives as long as the schedule; NULL when there is none (and
 * build_error is set). Aligned for any type. */
void *schedule_scratch(struct schedule *s, size_t bytes);

/* Scratch memory laid out as count elements of type; address NULL when there
 * is none. */
struct span schedule_scratch_span(struct schedule *s, MPI_Count count,
                                  struct mpi_datatype *type);

/* Errors   MPI_ERR_NO_MEM */
static inline int schedule_build_error(const struct schedule *s)
{
    return s->build_error;
}

/* ---- running ---- */

/* Begin from the first step; also for a schedule that has run before. */
void schedule_start(struct schedule *s);

/* Go on as far as possible without waiting; true when all is done. */
bool schedule_advance(struct schedule *s);

/* Advance until all is done; returns the operation's error. */
int schedule_wait(struct schedule *s);

/* The operation cannot be done here: the other ranks are told. */
void schedule_fail(struct schedule *s, int error);

#endif
