/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts a program's instructions one by one: `steps FILE PROGRAM ARGUMENT...`
 * lets the program run, and single-steps it from each SIGUSR1 that it sends
 * itself to the next one. For what valgrind cannot run, such as memory watched
 * by userfaultfd, and for machines without counters.
 *
 * FILE gets a line for each such pair: all instructions, and those outside an
 * RDMA device's library and what that calls. The first pair has nothing in
 * between; its counts are taken off all others. Other threads are not counted.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RANGES = 32 };

struct range {
    unsigned long start;
    unsigned long end;
};

struct count {
    long all;
    long own;
};

static struct range device[RANGES];
static int ranges;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* Where the device's libraries are. */
static void find_device(pid_t pid)
{
    char line[512];
    char path[64];
    FILE *maps;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    maps = fopen(path, "r");
    if (!maps)
        die(path);
    ranges = 0;
    while (fgets(line, sizeof(line), maps) && ranges < RANGES)
        if ((strstr(line, "rdmav") || strstr(line, "libibverbs")) &&
            sscanf(line, "%lx-%lx", &device[ranges].start,
                   &device[ranges].end) == 2)
            ranges++;
    fclose(maps);
}

static bool is_in_device(unsigned long at)
{
    for (int i = 0; i < ranges; i++)
        if (at >= device[i].start && at < device[i].end)
            return true;
    return false;
}

/* One more instruction. A call into the device ends when the stack is above
 * where it stood at its first instruction. */
static void add(struct count *c, pid_t pid)
{
    static unsigned long entered; /* 0: outside */
    struct user_regs_struct r;

    if (ptrace(PTRACE_GETREGS, pid, NULL, &r) != 0)
        die("ptrace");
    if (entered && r.rsp > entered)
        entered = 0;
    if (!entered && is_in_device(r.rip))
        entered = r.rsp;
    c->all++;
    c->own += !entered;
}

/* Let it go on until something happens; false when it has ended. */
static bool resume(pid_t pid, bool is_counting, int signal, int *status)
{
    if (ptrace(is_counting ? PTRACE_SINGLESTEP : PTRACE_CONT, pid, NULL,
               (void *)(long)signal) != 0)
        die("ptrace");
    if (waitpid(pid, status, 0) < 0)
        die("waitpid");
    return WIFSTOPPED(*status);
}

static int trace(pid_t pid, FILE *out)
{
    struct count empty = {-1, -1};
    struct count c = {0, 0};
    bool is_counting = false;
    int signal = 0;
    int status;

    if (waitpid(pid, &status, 0) < 0)
        die("waitpid");
    ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_EXITKILL);
    while (resume(pid, is_counting, signal, &status)) {
        signal = WSTOPSIG(status);
        if (signal == SIGTRAP) {
            add(&c, pid);
            signal = 0;
        } else if (signal == SIGUSR1) {
            signal = 0;
            if (is_counting && empty.all < 0)
                empty = c;
            else if (is_counting)
                fprintf(out, "%ld %ld\n", c.all - empty.all,
                        c.own - empty.own);
            find_device(pid);
            is_counting = !is_counting;
            c = (struct count){0, 0};
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
    FILE *out;
    pid_t pid;
    int status;

    if (argc < 3) {
        fprintf(stderr, "usage: steps FILE PROGRAM ARGUMENT...\n");
        return 2;
    }
    out = fopen(argv[1], "we");
    if (!out)
        die(argv[1]);
    pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execvp(argv[2], argv + 2);
        die(argv[2]);
    }
    status = trace(pid, out);
    if (fclose(out) != 0)
        die(argv[1]);
    return status;
}
