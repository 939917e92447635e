/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a job may run: a list of hosts and of how many ranks each may hold,
 * from -host, a host file or Slurm's variables.
 */
#ifndef LAUNCHER_HOSTS_H
#define LAUNCHER_HOSTS_H

#include <stdbool.h>

#include "runtime/base/strbuf.h"

struct host_entry {
    char *name;
    int slots; /* 0: no number was given */
};

struct host_list {
    struct host_entry *entry;
    int count;
};

/*
 * Add the hosts of "a,b:2". A host that is named again gets more slots; one
 * named twice without a number has two.
 * Errors   MPI_ERR_ARG, with a sentence appended to error
 */
int hosts_add_list(struct host_list *list, const char *text,
                   struct strbuf *error);

/*
 * Add the hosts of a file: a host per line as `a`, `a:2` or `a slots=2`; what
 * follows a # is a comment.
 * Errors   MPI_ERR_ARG, with a sentence that names file and line
 */
int hosts_add_file(struct host_list *list, const char *path,
                   struct strbuf *error);

/*
 * Add the hosts of SLURM_JOB_NODELIST ("n[1-3,07],x") with the numbers of
 * SLURM_TASKS_PER_NODE ("4(x3),2"; NULL: none).
 * Errors   MPI_ERR_ARG, with a sentence
 */
int hosts_add_slurm(struct host_list *list, const char *nodes,
                    const char *tasks, struct strbuf *error);

/* Add one host; slots 0: without a number. */
void hosts_add(struct host_list *list, const char *name, int slots);

void hosts_fini(struct host_list *list);

/* True when the name means this machine, so that no ssh is needed. */
bool host_is_here(const char *name);

#endif
