/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much of a nonblocking collective a rank can hide behind computation.
 *
 * First the operation alone, start and wait at once; then with a computation
 * between the two that takes as long. Overlap is the part of the operation's
 * time that is no longer seen: 100 % when both together take as long as the
 * computation. The computation makes no MPI calls, or with -T so many calls of
 * MPI_Test, evenly spread. One source for all; OPERATION, set by the build,
 * chooses the row.
 */
#include "benchmarks/common.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buffers {
    void *out;
    void *in;
};

struct operation {
    const char *name;
    void (*start)(const struct buffers *b, int bytes, MPI_Request *r);
    long least; /* bytes; 0: it has none */
    bool has_blocks_out;
    bool has_blocks_in;
};

#define FLOATS(bytes) ((bytes) / (int)sizeof(float)), MPI_FLOAT, MPI_SUM
#define WORLD MPI_COMM_WORLD, r

static void start_barrier(const struct buffers *b, int bytes, MPI_Request *r)
{
    (void)b;
    (void)bytes;
    MPI_Ibarrier(WORLD);
}

static void start_bcast(const struct buffers *b, int bytes, MPI_Request *r)
{
    MPI_Ibcast(b->out, bytes, MPI_CHAR, ROOT, WORLD);
}

static void start_reduce(const struct buffers *b, int bytes, MPI_Request *r)
{
    MPI_Ireduce(b->out, b->in, FLOATS(bytes), ROOT, WORLD);
}

static void start_allreduce(const struct buffers *b, int bytes,
                            MPI_Request *r)
{
    MPI_Iallreduce(b->out, b->in, FLOATS(bytes), WORLD);
}

static void start_gather(const struct buffers *b, int bytes, MPI_Request *r)
{
    MPI_Igather(b->out, bytes, MPI_CHAR, b->in, bytes, MPI_CHAR, ROOT, WORLD);
}

static void start_scatter(const struct buffers *b, int bytes, MPI_Request *r)
{
    MPI_Iscatter(b->out, bytes, MPI_CHAR, b->in, bytes, MPI_CHAR, ROOT, WORLD);
}

static void start_allgather(const struct buffers *b, int bytes,
                            MPI_Request *r)
{
    MPI_Iallgather(b->out, bytes, MPI_CHAR, b->in, bytes, MPI_CHAR, WORLD);
}

static void start_alltoall(const struct buffers *b, int bytes, MPI_Request *r)
{
    MPI_Ialltoall(b->out, bytes, MPI_CHAR, b->in, bytes, MPI_CHAR, WORLD);
}

static void start_reduce_scatter_block(const struct buffers *b, int bytes,
                                       MPI_Request *r)
{
    MPI_Ireduce_scatter_block(b->out, b->in, FLOATS(bytes), WORLD);
}

static void start_scan(const struct buffers *b, int bytes, MPI_Request *r)
{
    MPI_Iscan(b->out, b->in, FLOATS(bytes), WORLD);
}

static const struct operation operations[] = {
    { "ibarrier", start_barrier, 0, false, false },
    { "ibcast", start_bcast, 1, false, false },
    { "ireduce", start_reduce, 4, false, false },
    { "iallreduce", start_allreduce, 4, false, false },
    { "igather", start_gather, 1, false, true },
    { "iscatter", start_scatter, 1, true, false },
    { "iallgather", start_allgather, 1, false, true },
    { "ialltoall", start_alltoall, 1, true, true },
    { "ireduce_scatter_block", start_reduce_scatter_block, 4, true, false },
    { "iscan", start_scan, 4, false, false },
};

struct test {
    const struct operation *operation;
    struct buffers buffers;
    double compute_usec; /* between start and wait */
    long tests;          /* calls of MPI_Test meanwhile */
    bool is_silent;      /* only the computation */
};

/* Steps of a computation that the compiler cannot leave out. */
static double compute_steps(long steps)
{
    volatile double x = 1.0;

    for (long i = 0; i < steps; i++)
        x = x * 1.0000001 + 1e-9;
    return x;
}

static double steps_per_usec;

/* The fastest of several times: what the machine can do undisturbed. */
static void calibrate(void)
{
    enum { STEPS = 200000 };
    for (int i = 0; i < 10; i++) {
        double start = MPI_Wtime(), rate;

        compute_steps(STEPS);
        rate = STEPS / ((MPI_Wtime() - start) * 1e6);
        if (rate > steps_per_usec)
            steps_per_usec = rate;
    }
}

/* Compute for t->compute_usec, and look at the request from time to time. */
static void compute(const struct test *t, MPI_Request *request)
{
    const long parts = t->is_silent ? 1 : t->tests + 1;
    const long steps = (long)(t->compute_usec * steps_per_usec);
    int is_done;

    for (long i = 0; i < parts; i++) {
        if (i > 0)
            MPI_Test(request, &is_done, MPI_STATUS_IGNORE);
        compute_steps(steps / parts);
    }
}

static double run(void *state, size_t bytes, long iterations)
{
    const struct test *t = state;
    double seconds = 0;

    for (long i = 0; i < iterations; i++) {
        double start = MPI_Wtime();
        MPI_Request request;

        if (!t->is_silent)
            t->operation->start(&t->buffers, (int)bytes, &request);
        if (t->compute_usec > 0)
            compute(t, &request);
        if (!t->is_silent)
            MPI_Wait(&request, MPI_STATUS_IGNORE);
        seconds += MPI_Wtime() - start;
        MPI_Barrier(MPI_COMM_WORLD);
    }
    return seconds;
}

/* Microseconds of one iteration, the mean of all ranks, at all ranks. */
static double measure(const struct bench *b, struct test *t, size_t bytes)
{
    struct measured m = bench_measure(b, run, t, bytes);
    double mine = m.seconds * 1e6 / (double)m.iterations, all;

    MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return all / b->size;
}

/* Floats of one become floats of the number of ranks. */
static long validate(const struct bench *b, struct test *t, size_t bytes)
{
    const size_t count = bytes / sizeof(float);
    float *out = t->buffers.out, *in = t->buffers.in;
    MPI_Request request;
    long wrong = 0;

    if (t->operation->start != start_allreduce)
        return -1;
    for (size_t i = 0; i < count; i++)
        out[i] = 1;
    t->operation->start(&t->buffers, (int)bytes, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    for (size_t i = 0; i < count; i++)
        wrong += in[i] != (float)b->size;
    return bench_sum(wrong);
}

static long test_size(const struct bench *b, struct test *t, long bytes)
{
    double values[4];
    long wrong = -1;

    t->compute_usec = 0;
    values[2] = measure(b, t, (size_t)bytes);
    t->compute_usec = values[2];
    t->is_silent = true;
    values[1] = measure(b, t, (size_t)bytes);
    t->is_silent = false;
    values[0] = measure(b, t, (size_t)bytes);
    values[3] = 100 * (1 - (values[0] - values[1]) / values[2]);
    if (values[3] < 0)
        values[3] = 0;
    if (values[3] > 100)
        values[3] = 100;
    if (b->opt.validate)
        wrong = validate(b, t, (size_t)bytes);
    bench_print_row(b, t->operation->least ? bytes : -1, values, 4, wrong);
    return wrong > 0 ? wrong : 0;
}

static const struct operation *find(const char *name)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    abort();
}

int main(int argc, char **argv)
{
    static const char *const columns[] = { "Overall(us)", "Compute(us)",
                                           "Pure Comm.(us)", "Overlap(%)" };
    struct test t = { .operation = find(OPERATION) };
    const struct operation *o = t.operation;
    const struct benchmark what = {
        "MPI Nonblocking Collective Overlap Test (" OPERATION ")",
        o->least ? "m:cM:T:" : "T:", o->least, o->least ? 1 << 20 : 0, 0 };
    struct bench b;
    long wrong = 0;
    int status;

    if (!bench_init(&b, &what, &argc, &argv, &status))
        return status;
    t.tests = b.opt.tests;
    const size_t most = (size_t)b.opt.max_bytes + 1;
    t.buffers.out = bench_alloc(most * (size_t)(o->has_blocks_out ? b.size
                                                                  : 1));
    t.buffers.in = bench_alloc(most * (size_t)(o->has_blocks_in ? b.size : 1));
    calibrate();
    bench_print_head(&b, columns, 4);
    for (long bytes = b.opt.min_bytes; bytes <= b.opt.max_bytes;
         bytes = bench_next_size(&b, bytes)) {
        wrong += test_size(&b, &t, bytes);
        if (!o->least)
            break;
    }
    free(t.buffers.in);
    free(t.buffers.out);
    return bench_fini(wrong);
}
