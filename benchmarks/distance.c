/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How far apart the first two processors are on which this process may run:
 * the nanoseconds that a cache line takes from one to the other, the best of
 * ten batches of round trips. A hypervisor moves a virtual machine's processors
 * and the answer with them; compare --by-distance asks before and after each
 * run. Threads of one core: 5 to 28 ns; cores that share a cache: 30 to 90.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 64, BATCHES = 10, TRIPS = 500 };

struct balls {
    _Alignas(2 * LINE) atomic_long there;
    _Alignas(2 * LINE) atomic_long back;
};

static double now_nsec(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Go to the nth processor of those allowed. */
static void bind_to(int nth)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        fail("sched_getaffinity");
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && nth-- == 0)
            CPU_SET(cpu, &one);
    if (CPU_COUNT(&one) != 1) {
        fputs("distance: fewer than two processors are allowed\n", stderr);
        exit(1);
    }
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        fail("sched_setaffinity");
}

static void answer(struct balls *b)
{
    bind_to(1);
    for (long i = 1; i <= (long)BATCHES * TRIPS; i++) {
        while (atomic_load(&b->there) < i)
            ;
        atomic_store(&b->back, i);
    }
}

static double ask(struct balls *b)
{
    double best = 1e18, start = 0;
    bind_to(0);
    for (long i = 1; i <= (long)BATCHES * TRIPS; i++) {
        if (i % TRIPS == 1)
            start = now_nsec();
        atomic_store(&b->there, i);
        while (atomic_load(&b->back) < i)
            ;
        if (i % TRIPS != 0)
            continue;
        double one_way = (now_nsec() - start) / (2 * TRIPS);
        if (one_way < best)
            best = one_way;
    }
    return best;
}

int main(void)
{
    struct balls *b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b == MAP_FAILED)
        fail("mmap");
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        answer(b);
        _exit(0);
    }
    printf("%.0f\n", ask(b));
    return waitpid(child, NULL, 0) == child ? 0 : 1;
}
