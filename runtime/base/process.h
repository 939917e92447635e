/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One rank: what everything above hangs from. A program has one; a test may
 * hold several in one process.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "runtime/base/boot.h"
#include "runtime/base/node_segment.h"
#include "runtime/base/progress.h"
#include "runtime/base/psets.h"

struct bsend_buffer;
struct context_ids;
struct schedule_pool;

struct process {
    int world;                  /* rank in the job */
    int world_count;            /* ranks in the job */
    int local;                  /* rank on this node */
    int local_count;            /* ranks on this node */
    const int *local_worlds;    /* world rank of each local rank */
    const char *host;           /* name of this node */
    struct boot *boot;          /* NULL in tests */
    struct node_segment node;   /* node.pages is NULL where there is none */
    struct status_page *status; /* never NULL */
    struct counters *counters;  /* in *status */
    struct progress progress;
    struct psets psets;         /* that the launcher has named */
    bool has_own_core;          /* else it shares cores with other ranks */
    bool may_have_threads;      /* the program asked for threads, or has them */
    unsigned library_threads;   /* made by libraries while the rank started */
    /* Of upper layers, shared by all communicators of the rank; there from the
     * first communicator to the last. */
    struct schedule_pool *schedules;
    struct context_ids *contexts;
    struct bsend_buffer *buffer; /* for buffered sends, NULL: none */
};

/*
 * Become a rank: load the settings, boot, attach the node segment.
 * Errors   as boot_open, config_load, node_segment_*
 */
int process_open(struct process **out);

/* How many threads this process has now; 0: the system does not tell. Does
 * not allocate. */
unsigned process_count_threads(void);

/* Decide how this rank waits, by the cores that it shares with others. All
 * ranks of the node have opened. */
void process_choose_waiting(struct process *p);

/* The reverse; err is what the rank ends with. Frees p. */
void process_close(struct process *p);

/* Has a rank of the job died that the job goes on without? */
bool process_has_deaths(const struct process *p);

/*
 * Wait until all ranks of the job have come here; not for any when one of them
 * has died.
 * Errors   as boot_barrier_start
 */
int process_meet(struct process *p);

/*
 * End the job now: note the sentence in the status page, tell the launcher,
 * exit with code. Does not return.
 */
void process_abort(struct process *p, int code, const char *sentence)
    __attribute__((noreturn));

/* May there be several nodes, as far as this rank knows? */
bool process_has_nodes(const struct process *p);

/* The number of the node of `world`, -1: unknown. Asks the launcher's client
 * library, no other rank. */
int process_node(const struct process *p, int world);

/* True when `world` runs on this node; *local is then its local rank. */
bool process_is_local(const struct process *p, int world, int *local);

#endif
