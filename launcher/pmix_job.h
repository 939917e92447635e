/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The description of a job that a PMIx server hands its clients: who they
 * are, how many there are, who shares the node.
 */
#ifndef LAUNCHER_PMIX_JOB_H
#define LAUNCHER_PMIX_JOB_H

#include "launcher/job.h"

/*
 * Register the job and its ranks on `host` with this process's PMIx server.
 * Errors   MPI_ERR_OTHER
 */
int pmix_job_register(const struct job *j, int host);

#endif
