/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The facts of this process as info entries. What is too long for a value is
 * cut.
 */
#include "runtime/api/info_env.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runtime/api/api.h"
#include "runtime/base/process.h"
#include "runtime/objects/info.h"

const char *thread_level_name(int level)
{
    switch (level) {
    case MPI_THREAD_MULTIPLE:
        return "MPI_THREAD_MULTIPLE";
    case MPI_THREAD_SERIALIZED:
        return "MPI_THREAD_SERIALIZED";
    case MPI_THREAD_FUNNELED:
        return "MPI_THREAD_FUNNELED";
    default:
        return "MPI_THREAD_SINGLE";
    }
}

/* Append a word and a blank where room is left. */
static void append(char *line, const char *word)
{
    size_t length = strlen(line);
    if (length > 0 && length < MPI_MAX_INFO_VAL - 1)
        line[length++] = ' ';
    size_t bytes = strnlen(word, MPI_MAX_INFO_VAL - 1 - length);
    memcpy(line + length, word, bytes);
    line[length + bytes] = '\0';
}

/* The system's copy of the command line: words that end with a null. */
static void read_command(char *command, char *arguments)
{
    char text[8192];
    FILE *file = fopen("/proc/self/cmdline", "r");
    if (!file)
        return;
    size_t bytes = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[bytes] = '\0';
    for (size_t at = 0; at < bytes; at += strlen(text + at) + 1)
        append(at == 0 ? command : arguments, text + at);
}

static int add_machine(struct mpi_info *info)
{
    struct utsname machine;
    char directory[MPI_MAX_INFO_VAL];
    char host[256] = "";
    int err = MPI_SUCCESS;
    gethostname(host, sizeof host - 1);
    if (host[0])
        err = info_set(info, "host", host);
    if (err == MPI_SUCCESS && uname(&machine) == 0)
        err = info_set(info, "arch", machine.machine);
    if (err == MPI_SUCCESS && getcwd(directory, sizeof directory))
        err = info_set(info, "wdir", directory);
    return err;
}

int info_env_fill(struct mpi_info *info, int argc, char **argv)
{
    char command[MPI_MAX_INFO_VAL] = "", arguments[MPI_MAX_INFO_VAL] = "";
    for (int i = 0; i < argc && argv && argv[i]; i++)
        append(i == 0 ? command : arguments, argv[i]);
    if (argc == 0)
        read_command(command, arguments);
    int err = info_set(info, "command", command);
    if (err == MPI_SUCCESS)
        err = info_set(info, "argv", arguments);
    if (err == MPI_SUCCESS)
        err = add_machine(info);
    return err;
}

int info_env_fill_job(struct mpi_info *info)
{
    char number[32];
    snprintf(number, sizeof number, "%d", library.process->world_count);
    int err = info_set(info, "maxprocs", number);
    if (err == MPI_SUCCESS)
        err = info_set(info, "thread_level",
                       thread_level_name(library.thread_level));
    return err;
}
