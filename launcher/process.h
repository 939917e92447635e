/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Child processes of the launcher: started so that a failing exec is an error
 * of the start and not of the child, and ended so that nothing is left.
 */
#ifndef LAUNCHER_PROCESS_H
#define LAUNCHER_PROCESS_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

#include "runtime/base/strbuf.h"

enum process_flags {
    PROCESS_SESSION = 1,      /* a session of its own, without a terminal */
    PROCESS_DIES_WITH_US = 2, /* SIGKILL when the starting thread is gone */
    PROCESS_MUST_HAVE_WDIR = 4 /* else $HOME serves when wdir is not there */
};

struct process_spec {
    char **argv;
    char **env;             /* NULL: the caller's; PATH in it is searched */
    const char *wdir;       /* NULL: the caller's */
    const cpu_set_t *cpus;  /* NULL: unchanged */
    int in, out, err;       /* descriptors for 0, 1, 2 */
    int kept_fd;            /* inherited besides these, -1: none */
    unsigned flags;         /* enum process_flags */
};

/*
 * Start a program in a process group of its own. On failure a sentence is
 * appended to error and *exit_code is 126 or 127 as a shell would have it.
 * Errors   MPI_ERR_OTHER
 */
int process_start(const struct process_spec *spec, pid_t *pid,
                  struct strbuf *error, int *exit_code);

/* SIGKILL every descendant of this process, reap them all. The caller is a
 * child subreaper, so no descendant can hide. Gives up after five seconds. */
void process_kill_descendants(void);

/* Adopt orphaned descendants instead of leaving them to init. */
void process_adopt_orphans(void);

#endif
