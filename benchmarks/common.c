/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How often to run, columns, validation. See common.h.
 *
 * How often a size runs is found by time, so that the same command is quick
 * over shared memory and still ends soon over a network where a message takes
 * a millisecond: short trials, which also warm up, grow until they tell what a
 * run costs. The first that took its time is the result.
 */
#include "benchmarks/common.h"

#include <limits.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TAG_VALIDATE = 3,
    MAX_ITERATIONS = 1000000
};

long bench_next_size(const struct bench *b, long bytes)
{
    for (int i = 0; i < b->opt.size_count; i++)
        if (b->opt.sizes[i] > bytes)
            return b->opt.sizes[i];
    if (b->opt.size_count > 0)
        return LONG_MAX;
    return bytes == 0 ? 1 : 2 * bytes;
}

int bench_fini(long wrong_count)
{
    MPI_Finalize();
    return wrong_count != 0;
}

/* ---- output ---- */

void bench_print_head(const struct bench *b, const char *const columns[],
                      int count)
{
    char mine[MPI_MAX_PROCESSOR_NAME] = "";
    char last[MPI_MAX_PROCESSOR_NAME] = "";
    int length;

    MPI_Get_processor_name(mine, &length);
    if (b->rank == b->size - 1)
        MPI_Send(mine, sizeof(mine), MPI_CHAR, 0, 0, MPI_COMM_WORLD);
    if (b->rank != 0)
        return;
    MPI_Recv(last, sizeof(last), MPI_CHAR, b->size - 1, 0, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);

    printf("# %s\n", b->what->title);
    printf("# Rank 0 on %s, rank %d on %s\n", mine, b->size - 1, last);
    if (b->what->max_bytes > 0)
        printf("%-10s", "# Size");
    else
        printf("%-2s", "#");
    for (int i = 0; i < count; i++)
        printf("%18s", columns[i]);
    printf(b->opt.validate ? "%18s\n" : "\n", "Validation");
    fflush(stdout);
}

void bench_print_row(const struct bench *b, long bytes, const double values[],
                     int count, long wrong_count)
{
    if (b->rank != 0)
        return;
    if (bytes >= 0)
        printf("%-10ld", bytes);
    else
        printf("%-2s", "");
    for (int i = 0; i < count; i++)
        printf("%18.*f", values[i] < 10 ? 3 : 2, values[i]);
    if (wrong_count >= 0)
        printf("%18s", wrong_count == 0 ? "Pass" : "Fail");
    printf("\n");
    fflush(stdout);
}

/* ---- how often to run ---- */

/*
 * Rank 0 decides from the wall time of a trial of n iterations how many come
 * next; all learn it. Returns 0 if the trial is already good as the result. The
 * first one never is: it may have made connections.
 */
static long next_trial(const struct bench *b, long n, double wall, bool first)
{
    const double enough = b->opt.seconds / 16;
    long next;

    if ((wall >= b->opt.seconds && !first) || n == MAX_ITERATIONS)
        next = 0;
    else if (first)
        next = wall < enough ? 4 : 1;
    else if (wall < enough)
        next = 4 * n;
    else
        next = (long)(n * b->opt.seconds / wall * 1.05) + 1;
    if (next > MAX_ITERATIONS)
        next = MAX_ITERATIONS;
    MPI_Bcast(&next, 1, MPI_LONG, 0, MPI_COMM_WORLD);
    return next;
}

static struct measured run_for_time(const struct bench *b, run_function run,
                                    void *state, size_t bytes)
{
    struct measured m = {0};
    long next = 1;

    for (bool first = true; next > 0; first = false) {
        double start;

        m.iterations = next;
        MPI_Barrier(MPI_COMM_WORLD);
        start = MPI_Wtime();
        m.seconds = run(state, bytes, m.iterations);
        next = next_trial(b, m.iterations, MPI_Wtime() - start, first);
    }
    return m;
}

static struct measured measure_once(const struct bench *b, run_function run,
                                    void *state, size_t bytes)
{
    const struct options *opt = &b->opt;
    struct measured m = {0};
    long warmup = opt->warmup;

    if (warmup < 0)
        warmup = (opt->iterations + 9) / 10;
    if (warmup > 0)
        run(state, bytes, warmup);
    if (opt->iterations == 0)
        return run_for_time(b, run, state, bytes);
    MPI_Barrier(MPI_COMM_WORLD);
    m.iterations = opt->iterations;
    m.seconds = run(state, bytes, m.iterations);
    return m;
}

/* The time of one iteration on the slowest rank, at all ranks. */
static double slowest(struct measured m)
{
    double mine = m.seconds / (double)m.iterations;
    double most = 0;

    MPI_Allreduce(&mine, &most, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return most;
}

struct measured bench_measure(const struct bench *b, run_function run,
                              void *state, size_t bytes)
{
    struct measured best = measure_once(b, run, state, bytes);
    double least = slowest(best);

    for (long i = 1; i < b->opt.repeat; i++) {
        struct measured m = measure_once(b, run, state, bytes);
        double seconds = slowest(m);

        if (seconds < least) {
            least = seconds;
            best = m;
        }
    }
    return best;
}

/* ---- memory and validation ---- */

void *bench_alloc(size_t bytes)
{
    void *memory;

    if (posix_memalign(&memory, 4096, bytes + 1) != 0) {
        fprintf(stderr, "no memory for a buffer of %zu bytes\n", bytes);
        MPI_Abort(MPI_COMM_WORLD, 1);
        abort();
    }
    memset(memory, 0x5a, bytes + 1);
    return memory;
}

static unsigned char pattern_byte(size_t i, int from, int to, int round)
{
    return (unsigned char)(i * 31 + (i >> 8) * 7 + (size_t)from * 101 +
                           (size_t)to * 57 + (size_t)round * 11 + 1);
}

void pattern_fill(void *buffer, size_t bytes, int from, int to, int round)
{
    unsigned char *byte = buffer;

    for (size_t i = 0; i < bytes; i++)
        byte[i] = pattern_byte(i, from, to, round);
}

long pattern_wrong(const void *buffer, size_t bytes, int from, int to,
                   int round)
{
    const unsigned char *byte = buffer;
    long wrong = 0;

    for (size_t i = 0; i < bytes; i++)
        wrong += byte[i] != pattern_byte(i, from, to, round);
    return wrong;
}

long bench_validate_pair(const struct bench *b, int peer, size_t bytes,
                         int directions)
{
    const size_t fit = (16u << 20) / (bytes + 1) + 1;
    const int count = fit < (size_t)b->opt.window ? (int)fit : b->opt.window;
    const size_t total = bytes * (size_t)count;
    char *out = bench_alloc(total);
    char *in = bench_alloc(total);
    MPI_Request *requests = bench_alloc(2 * sizeof(*requests) * (size_t)count);
    int n = 0;
    long wrong = 0;

    for (int i = 0; i < count; i++)
        pattern_fill(out + bytes * (size_t)i, bytes, b->rank, peer, i);
    for (int i = 0; directions & RECEIVE && i < count; i++)
        MPI_Irecv(in + bytes * (size_t)i, (int)bytes, MPI_CHAR, peer,
                  TAG_VALIDATE, MPI_COMM_WORLD, &requests[n++]);
    for (int i = 0; directions & SEND && i < count; i++)
        MPI_Isend(out + bytes * (size_t)i, (int)bytes, MPI_CHAR, peer,
                  TAG_VALIDATE, MPI_COMM_WORLD, &requests[n++]);
    MPI_Waitall(n, requests, MPI_STATUSES_IGNORE);
    for (int i = 0; directions & RECEIVE && i < count; i++)
        wrong += pattern_wrong(in + bytes * (size_t)i, bytes, peer, b->rank, i);
    free(requests);
    free(in);
    free(out);
    return wrong;
}

long bench_sum(long count)
{
    double mine = (double)count;
    double all = 0;

    MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return (long)all;
}
