/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The schedules of one rank: idle ones kept for reuse, and those of
 * nonblocking operations, which one progress function advances.
 *
 * One per rank, made with its first communicator and gone with its last; it
 * hangs from struct process. Caller holds the library lock.
 */
#ifndef COLLECTIVES_SCHEDULE_POOL_H
#define COLLECTIVES_SCHEDULE_POOL_H

#include "collectives/schedule.h"

struct process;

/*
 * The pool of this rank is needed by one more communicator; makes it, and
 * loads the table of algorithms.
 * Errors   MPI_ERR_NO_MEM; as tuning_load
 */
int schedule_pool_retain(struct process *process);

/* The reverse; the last one frees the pool, no schedule runs any more. */
void schedule_pool_release(struct process *process);

/*
 * An empty schedule for an operation on comm, with a fresh tag.
 * Errors   MPI_ERR_NO_MEM
 */
int schedule_take(struct mpi_comm *comm, struct schedule **out);

/* Put a schedule that does not run back. */
void schedule_give(struct schedule *s);

/*
 * Start s and let progress complete its request. What it uses must be kept
 * alive by the kept_ fields, which its release drops.
 */
void schedule_launch(struct schedule *s);

/* Its request becomes an inactive persistent one, which launches s at each
 * start. */
void schedule_make_persistent(struct schedule *s);

#endif
