/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent: mpirun's hand on one host. It lives as long as its stdin, the
 * link to mpirun: when that ends, for whatever reason, it kills what it
 * started and goes.
 *
 *   agent.c   the link, the life of the agent
 *   ranks.c   starting, watching and ending the ranks
 */
#ifndef LAUNCHER_AGENT_H
#define LAUNCHER_AGENT_H

#include <sys/types.h>

#include "launcher/binding.h"
#include "launcher/channel.h"
#include "launcher/job.h"
#include "launcher/pmix_server.h"
#include "launcher/signals.h"
#include "launcher/stdio.h"
#include "runtime/base/node_segment.h"

struct agent_rank {
    int world;
    pid_t pid; /* and process group; 0: not running */
    bool is_connected;
    bool is_finalized;
    struct stream out;
    struct stream err;
};

struct agent {
    struct loop loop;
    struct channel channel; /* to mpirun */
    struct signals signals;
    struct timer heartbeat;
    struct timer kill;      /* SIGTERM was sent, SIGKILL follows */
    struct job job;
    int host;               /* which host of the job this is */
    struct node_segment segment;
    struct binding binding;
    struct pmix_server *pmix; /* NULL before the job came */
    struct stdio stdio;
    struct agent_rank *ranks;
    int rank_count;
    int running;
    bool is_done;           /* mpirun knows that no rank is left */
};

/* ---- ranks.c ---- */

/*
 * Start all ranks of this host and tell mpirun; a rank that cannot be started
 * is told to mpirun, and those after it are not tried.
 */
void ranks_start(struct agent *a);

/* Reap children; tell mpirun of each rank that has ended. */
void ranks_reap(struct agent *a);

/* Tell mpirun, once, when no rank runs and all their output is passed on. */
void ranks_check_done(struct agent *a);

/* Send a signal to the process group of each running rank. */
void ranks_signal(struct agent *a, int number);

/* The rank with this world rank; NULL when it is not of this host. */
struct agent_rank *ranks_find(struct agent *a, int world);

/* Append the body of FRAME_RANK_ENDED or FRAME_ABORTED. */
void ranks_pack_end(struct agent *a, const struct agent_rank *r,
                    int wait_status, struct strbuf *body);

#endif
