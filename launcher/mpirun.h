/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mpirun itself.
 *
 *   mpirun.c  the program: options in, exit code out
 *   run.c     the life of a job, as a table of states
 *   talk.c    what the agents say
 */
#ifndef LAUNCHER_MPIRUN_H
#define LAUNCHER_MPIRUN_H

#include "launcher/input.h"
#include "launcher/job.h"
#include "launcher/link.h"
#include "launcher/options.h"
#include "launcher/output.h"
#include "launcher/pmix_fence.h"
#include "launcher/signals.h"
#include "launcher/verdict.h"

enum job_state {
    JOB_CONNECTING, /* agents are being started */
    JOB_STARTING,   /* all agents have the job */
    JOB_RUNNING,    /* all ranks run */
    JOB_ENDING,     /* there is a verdict; ranks are being stopped */
    JOB_LEAVING,    /* no rank is left; agents are going */
    JOB_OVER
};

enum job_event {
    EVENT_HELLO,    /* the last agent is there */
    EVENT_STARTED,  /* the last agent has started its ranks */
    EVENT_FAILED,   /* a verdict was given */
    EVENT_DONE,     /* the last host has no rank any more */
    EVENT_GONE      /* the last link is closed */
};

struct run {
    const struct options *options;
    struct job job;
    struct loop loop;
    struct signals signals;
    enum job_state state;
    struct verdict verdict;
    struct report report;
    struct link *links; /* one per host of the job */
    int host_count;
    int hello_count;
    int started_count;
    bool *has_ended;    /* per rank */
    int ended_count;    /* ranks */
    int death_count;    /* of these, that the job outlived (-keep-going) */
    int death_code;     /* exit code of the first */
    int skipped_rank;   /* ended well without MPI_Init; -1: none */
    bool has_connected; /* some rank called MPI_Init */
    int signal;         /* passed on last; 0: none */
    struct output output;
    struct input input;
    struct fences fences;
    struct timer timeout;  /* -timeout */
    bool is_late;          /* it fired: say what each rank was doing */
    struct timer patience; /* for agents to come, or to go */
    struct timer pulse;    /* looks for silent hosts */
    uint64_t pulse_nsec;   /* when it last did */
};

/* Run the job; returns mpirun's exit code. */
int run_job(struct run *r, const struct options *o);

/* ---- run.c, for talk.c ---- */

/* Move on by the table. */
void run_event(struct run *r, enum job_event event);

/* Give a verdict unless there is one, and end the job. `text` is freed. */
void run_fail(struct run *r, int exit_code, struct strbuf *text);

/* Look whether all hosts are done, or gone. */
void run_check_hosts(struct run *r);

/* ---- talk.c ---- */

/* A frame from the agent of one host. */
void talk_frame(struct link *k, uint32_t type, struct wire_reader *body);

/* Send FRAME_JOB to each host. */
void talk_send_job(struct run *r);

/* Send a word, or an empty frame, to each host. */
void talk_to_all(struct run *r, enum frame_type type, const uint32_t *word);

/* For output and fences. */
void talk_output_taken(struct output *o, int host, size_t bytes);
void talk_fence_done(void *owner, int host, uint32_t id,
                     const struct strbuf *blob);

#endif
