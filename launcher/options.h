/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mpirun's command line.
 *
 *   mpirun [OPTION]... PROGRAM [ARG]... [: [OPTION]... PROGRAM [ARG]...]...
 *
 * One table of options serves the parser and --help. Options are accepted
 * with one dash or two. A section is what stands between two colons; options
 * about placement of a section (-n, -x, -pset, -wdir, -host, -hostfile) belong to
 * it, the others to the whole job.
 */
#ifndef LAUNCHER_OPTIONS_H
#define LAUNCHER_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "launcher/job.h"
#include "launcher/report.h"

enum map_by { MAP_SLOT, MAP_NODE };

enum action { ACTION_RUN, ACTION_HELP, ACTION_HELP_VARS, ACTION_VERSION };

struct section {
    int count;             /* ranks; 0: not given */
    struct strings argv;
    struct strings exports; /* NAME or NAME=VALUE */
    struct strings psets;   /* process sets its ranks belong to */
    char *wdir;
    struct strings hosts;  /* texts of -host */
    char *hostfile;
};

struct options {
    enum action action;
    int section_count;
    struct section *sections;
    int ppn; /* ranks per host; 0: not given */
    enum bind_to bind;
    enum map_by map;
    bool tag_output;
    bool explain;
    enum report_form report;
    bool oversubscribe;
    bool keep_going;
    int timeout_seconds; /* 0: none */
    char *ssh;           /* NULL: the setting BATON_SSH */
    char *prefix;        /* where Baton is installed on the hosts */
};

/*
 * Parse. On error a sentence that names the option and what was expected is
 * appended to error.
 * Errors   MPI_ERR_ARG
 */
int options_parse(struct options *o, int argc, char **argv,
                  struct strbuf *error);
void options_fini(struct options *o);

/* The text of --help. */
void options_print(FILE *out);

#endif
