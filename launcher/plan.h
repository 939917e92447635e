/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the command line to the job: hosts, placement, environment.
 */
#ifndef LAUNCHER_PLAN_H
#define LAUNCHER_PLAN_H

#include "launcher/job.h"
#include "launcher/options.h"

/*
 * Make the job that the options and mpirun's environment ask for. Hosts
 * without a rank are left out.
 * Errors   MPI_ERR_ARG, with a sentence
 */
int plan_job(struct job *j, const struct options *o, char *const *environment,
             struct strbuf *error);

#endif
