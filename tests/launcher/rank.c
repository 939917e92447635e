/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A rank without MPI: libprocess only, for the launcher's own tests. Does
 * what its arguments say, one after the other:
 *
 *   exchange   publish a value, fence, fetch everybody's and check
 *   who        print "rank R of N, local L of M on HOST"
 *   wait FILE  wait in "MPI_Recv from rank 0, tag 7" until FILE is there
 *   hang R     rank R waits like that for ever; the others go on
 *   pid FILE   append "RANK PID" to FILE
 *   die R      rank R ends with SIGKILL
 *   abort R    rank R ends the job with code 3
 *   exit R C   rank R exits with code C, without leaving the job
 *   close      leave the job in good order; must come last but one
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/process.h"

static struct process *self;

static void fail(const char *what)
{
    fprintf(stderr, "rank %d: %s\n", self ? self->world : -1, what);
    exit(99);
}

static void exchange(void)
{
    char mine[64];
    snprintf(mine, sizeof mine, "card of %d", self->world);
    if (boot_put(self->boot, "card", mine, strlen(mine) + 1) ||
        boot_exchange(self->boot))
        fail("exchange failed");
    for (int r = 0; r < self->world_count; r++) {
        char wanted[64];
        void *data;
        size_t bytes;
        snprintf(wanted, sizeof wanted, "card of %d", r);
        if (boot_get(self->boot, r, "card", &data, &bytes))
            fail("no card");
        if (bytes != strlen(wanted) + 1 || strcmp(data, wanted) != 0)
            fail("wrong card");
        free(data);
    }
    if (boot_get(self->boot, 0, "nothing", &(void *){ 0 }, &(size_t){ 0 }) ==
        MPI_SUCCESS)
        fail("a key nobody put was found");
    if (boot_barrier(self->boot))
        fail("barrier failed");
}

static void wait_for(const char *path)
{
    struct timespec pause = { .tv_nsec = 1000000 };
    status_enter(self->status, CALL_RECV, 0, 7, 8);
    while (!path || access(path, F_OK) != 0)
        nanosleep(&pause, NULL);
    status_leave(self->status);
}

static void note_pid(const char *path)
{
    FILE *file = fopen(path, "a");
    if (!file || fprintf(file, "%d %d\n", self->world, (int)getpid()) < 0 ||
        fclose(file) != 0)
        fail("cannot note the pid");
}

/* Do args[0]; returns how many arguments it took. */
static int act(char **args)
{
    const char *word = args[0];
    bool is_me = args[1] && atoi(args[1]) == self->world;
    if (strcmp(word, "exchange") == 0) {
        exchange();
        return 1;
    }
    if (strcmp(word, "who") == 0) {
        printf("rank %d of %d, local %d of %d on %s\n", self->world,
               self->world_count, self->local, self->local_count, self->host);
        fflush(stdout);
        return 1;
    }
    if (strcmp(word, "close") == 0) {
        process_close(self);
        return 1;
    }
    if (!args[1])
        fail("unknown word, or one without its argument");
    if (strcmp(word, "wait") == 0)
        wait_for(args[1]);
    else if (strcmp(word, "hang") == 0 && is_me)
        wait_for(NULL);
    else if (strcmp(word, "pid") == 0)
        note_pid(args[1]);
    else if (strcmp(word, "die") == 0 && is_me)
        raise(SIGKILL);
    else if (strcmp(word, "abort") == 0 && is_me)
        process_abort(self, 3, "MPI_Send: invalid rank 9");
    else if (strcmp(word, "exit") == 0 && is_me)
        exit(atoi(args[2]));
    return strcmp(word, "exit") == 0 ? 3 : 2;
}

int main(int argc, char **argv)
{
    if (process_open(&self) != MPI_SUCCESS)
        return 98;
    self->status->state = STATUS_INITIALIZED;
    for (char **at = argv + 1; *at;)
        at += act(at);
    return 0;
}
