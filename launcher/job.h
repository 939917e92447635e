/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The job as mpirun plans it and every agent knows it: which programs, which
 * rank on which host. Constant once planned. The same struct on both sides;
 * job_pack and job_unpack carry it over the wire.
 */
#ifndef LAUNCHER_JOB_H
#define LAUNCHER_JOB_H

#include <stdbool.h>

#include "launcher/strings.h"
#include "launcher/wire.h"

enum bind_to { BIND_DEFAULT, BIND_NONE, BIND_CORE, BIND_SOCKET, BIND_NUMA };

struct app {
    struct strings argv;
    struct strings env; /* NAME=VALUE of -x, on top of job.env */
    struct strings psets; /* process sets its ranks belong to */
    char *wdir;         /* NULL: the job's */
};

struct job {
    char *name; /* PMIx namespace */
    char *wdir; /* mpirun's own; a host without it falls back to $HOME */
    enum bind_to bind;
    bool explain;
    bool report; /* agents tell the ranks' counters */
    struct strings env; /* for all ranks */
    struct strings hosts;
    int app_count;
    struct app *apps;
    int rank_count;
    int *rank_host; /* index into hosts */
    int *rank_app;
};

/* The body of FRAME_JOB for one host. */
void job_pack(const struct job *j, int host, struct strbuf *body);

/*
 * The reverse; *host says which of the hosts the receiver is.
 * Errors   MPI_ERR_OTHER: not a job
 */
int job_unpack(struct job *j, int *host, struct wire_reader *body);

void job_fini(struct job *j);

/* Number of ranks on a host. */
int job_local_count(const struct job *j, int host);

/* Append "rank 3" or "ranks 0-3,7", the ranks of one host. */
void job_describe_ranks(const struct job *j, int host, struct strbuf *out);

#endif
