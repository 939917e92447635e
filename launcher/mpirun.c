/* SPDX-License-Identifier: BSD-3-Clause */
/* mpirun, the program. */
#define LOG_MODULE "mpirun"
#include "launcher/mpirun.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/config.h"
#include "runtime/base/log.h"

/* Settings given by -x are checked here, once, and not by every rank. */
static void apply_settings(const struct options *o)
{
    for (int i = 0; i < o->section_count; i++)
        for (size_t k = 0; k < o->sections[i].exports.count; k++) {
            const char *text = o->sections[i].exports.item[k];
            struct strings pair = { 0 };
            const char *value = strchr(text, '=');
            if (!value || strncmp(text, "BATON_", 6) != 0)
                continue;
            strings_addf(&pair, "%.*s", (int)(value - text), text);
            setenv(pair.item[0], value + 1, 1);
            strings_fini(&pair);
        }
}

static int act(const struct options *o)
{
    struct run run;
    switch (o->action) {
    case ACTION_HELP:
        options_print(stdout);
        return 0;
    case ACTION_HELP_VARS:
        puts("Settings, as environment variables (mpirun -x NAME=VALUE):");
        config_print(stdout);
        return 0;
    case ACTION_VERSION:
        puts("mpirun (Baton) " BATON_VERSION);
        return 0;
    case ACTION_RUN:
        break;
    }
    apply_settings(o);
    if (config_load() != MPI_SUCCESS)
        return EXIT_LAUNCH;
    return run_job(&run, o);
}

int main(int argc, char **argv)
{
    struct options options;
    struct strbuf error;
    int exit_code = EXIT_LAUNCH;
    log_set_name("mpirun");
    strbuf_init(&error);
    if (options_parse(&options, argc, argv, &error) == MPI_SUCCESS)
        exit_code = act(&options);
    else
        fprintf(stderr, "mpirun: %s\n", error.text);
    options_fini(&options);
    strbuf_fini(&error);
    return exit_code;
}
