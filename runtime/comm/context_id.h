/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Context ids: the number by which the messages of a communicator are told
 * from those of others.
 *
 * An id is free at a rank when no communicator of that rank has it. The ranks
 * of a parent agree on one that is free at all of them; disjoint children of
 * one split share it. The table hangs from struct process.
 */
#ifndef COMM_CONTEXT_ID_H
#define COMM_CONTEXT_ID_H

#include <stdint.h>

struct mpi_comm;
struct process;

enum {
    CONTEXT_WORLD = 0,
    CONTEXT_SELF = 1,
    CONTEXT_BASE = 2,    /* of all ranks, for us; see base.h */
    CONTEXT_FIRST = 3,
    CONTEXT_COUNT = 4096 /* ids; the agreement sends a bit for each */
};

/*
 * Mark id as used at this rank. The first call makes the table.
 * Errors   MPI_ERR_NO_MEM
 */
int context_retain(struct process *process, uint32_t id);

/* The reverse; the last one frees the table. */
void context_release(struct process *process, uint32_t id);

/*
 * An id that is free at all ranks of parent; collective over it. No other
 * thread gets it: context_retain it or context_drop it.
 * Errors   an MPI_ERR_OTHER code when there is none; as coll_run
 */
int context_agree(struct mpi_comm *parent, uint32_t *id);

/* An id that was agreed on is not needed at this rank. */
void context_drop(struct process *process, uint32_t id);

/* The parts of an agreement, for those who talk in other ways: a bit for each
 * id, set while it is free. */
enum { CONTEXT_MASK_BYTES = CONTEXT_COUNT / 8 };

struct context_mask {
    uint8_t free[CONTEXT_MASK_BYTES];
};

/* What is free at this rank. */
const struct context_mask *context_mask(struct process *process);

/* Who agrees, and how they talk. */
struct agreement {
    struct process *process;
    /* Make *mask the bitwise and of those of all who agree; called in the same
     * order by all, more than once where threads share the rank. */
    int (*combine)(const struct agreement *a, struct context_mask *mask);
    void *arg;     /* for combine */
    uint32_t seed; /* the same at all; others under way should have others */
};

/* As context_agree. */
int context_agree_by(const struct agreement *a, uint32_t *id);

/* combine over the ranks of an intracommunicator. */
int context_combine(struct mpi_comm *comm, struct context_mask *mask);

void context_mask_and(struct context_mask *mask,
                      const struct context_mask *other);

/* The lowest id that is free in mask. Errors: MPI_ERR_OTHER code */
int context_lowest(const struct context_mask *mask, uint32_t *id);

#endif
