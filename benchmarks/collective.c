/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Time of a collective operation, a mean over iterations and ranks.
 *
 * One source for all: the table below says how each operation is called and
 * who receives what; OPERATION, set by the build, chooses the row. A barrier
 * between iterations keeps one from running into the next; it is not timed.
 */
#include "benchmarks/common.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buffers {
    void *out;
    void *in;
    int rank;
};

struct collective {
    struct benchmark bench;
    const char *name;
    void (*call)(const struct buffers *b, int bytes);
    bool reduces;          /* floats, summed */
    bool sends_to_each;    /* one block for each rank; else one for all */
    bool receives_of_each; /* one block from each rank; else one, of the root */
    bool to_root;          /* only the root receives */
    bool is_prefix;        /* a reduction over the ranks up to each */
    bool is_exclusive;     /* ... not counting that one */
};

/* Equal blocks, as the functions for blocks that differ take them. */
static int *counts, *displs;

static void set_blocks(int size, int count)
{
    if (!counts)
        counts = malloc(2 * (size_t)size * sizeof *counts);
    if (!counts)
        abort();
    displs = counts + size;
    for (int i = 0; i < size; i++) {
        counts[i] = count;
        displs[i] = i * count;
    }
}

static void call_barrier(const struct buffers *b, int bytes)
{
    (void)b;
    (void)bytes;
    MPI_Barrier(MPI_COMM_WORLD);
}

static void call_bcast(const struct buffers *b, int bytes)
{
    MPI_Bcast(b->rank == ROOT ? b->out : b->in, bytes, MPI_CHAR, ROOT,
              MPI_COMM_WORLD);
}

static void call_reduce(const struct buffers *b, int bytes)
{
    MPI_Reduce(b->out, b->in, bytes / (int)sizeof(float), MPI_FLOAT, MPI_SUM,
               ROOT, MPI_COMM_WORLD);
}

static void call_allreduce(const struct buffers *b, int bytes)
{
    MPI_Allreduce(b->out, b->in, bytes / (int)sizeof(float), MPI_FLOAT,
                  MPI_SUM, MPI_COMM_WORLD);
}

static void call_gather(const struct buffers *b, int bytes)
{
    MPI_Gather(b->out, bytes, MPI_CHAR, b->in, bytes, MPI_CHAR, ROOT,
               MPI_COMM_WORLD);
}

static void call_scatter(const struct buffers *b, int bytes)
{
    MPI_Scatter(b->out, bytes, MPI_CHAR, b->in, bytes, MPI_CHAR, ROOT,
                MPI_COMM_WORLD);
}

static void call_allgather(const struct buffers *b, int bytes)
{
    MPI_Allgather(b->out, bytes, MPI_CHAR, b->in, bytes, MPI_CHAR,
                  MPI_COMM_WORLD);
}

static void call_alltoall(const struct buffers *b, int bytes)
{
    MPI_Alltoall(b->out, bytes, MPI_CHAR, b->in, bytes, MPI_CHAR,
                 MPI_COMM_WORLD);
}

static void call_gatherv(const struct buffers *b, int bytes)
{
    MPI_Gatherv(b->out, bytes, MPI_CHAR, b->in, counts, displs, MPI_CHAR, ROOT,
                MPI_COMM_WORLD);
}

static void call_scatterv(const struct buffers *b, int bytes)
{
    MPI_Scatterv(b->out, counts, displs, MPI_CHAR, b->in, bytes, MPI_CHAR,
                 ROOT, MPI_COMM_WORLD);
}

static void call_allgatherv(const struct buffers *b, int bytes)
{
    MPI_Allgatherv(b->out, bytes, MPI_CHAR, b->in, counts, displs, MPI_CHAR,
                   MPI_COMM_WORLD);
}

static void call_alltoallv(const struct buffers *b, int bytes)
{
    (void)bytes;
    MPI_Alltoallv(b->out, counts, displs, MPI_CHAR, b->in, counts, displs,
                  MPI_CHAR, MPI_COMM_WORLD);
}

static void call_reduce_scatter(const struct buffers *b, int bytes)
{
    (void)bytes;
    MPI_Reduce_scatter(b->out, b->in, counts, MPI_FLOAT, MPI_SUM,
                       MPI_COMM_WORLD);
}

static void call_reduce_scatter_block(const struct buffers *b, int bytes)
{
    MPI_Reduce_scatter_block(b->out, b->in, bytes / (int)sizeof(float),
                             MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
}

static void call_scan(const struct buffers *b, int bytes)
{
    MPI_Scan(b->out, b->in, bytes / (int)sizeof(float), MPI_FLOAT, MPI_SUM,
             MPI_COMM_WORLD);
}

static void call_exscan(const struct buffers *b, int bytes)
{
    MPI_Exscan(b->out, b->in, bytes / (int)sizeof(float), MPI_FLOAT, MPI_SUM,
               MPI_COMM_WORLD);
}

#define SIZES(least) "m:cfM:", (least), 1 << 20, 0

static const struct collective collectives[] = {
    {.bench = {"MPI Barrier Latency Test", "f", 0, 0, 0},
     .name = "barrier",
     .call = call_barrier},
    {.bench = {"MPI Broadcast Latency Test", SIZES(1)},
     .name = "bcast",
     .call = call_bcast},
    {.bench = {"MPI Reduce Latency Test", SIZES(4)},
     .name = "reduce",
     .call = call_reduce,
     .reduces = true,
     .to_root = true},
    {.bench = {"MPI Allreduce Latency Test", SIZES(4)},
     .name = "allreduce",
     .call = call_allreduce,
     .reduces = true},
    {.bench = {"MPI Gather Latency Test", SIZES(1)},
     .name = "gather",
     .call = call_gather,
     .receives_of_each = true,
     .to_root = true},
    {.bench = {"MPI Scatter Latency Test", SIZES(1)},
     .name = "scatter",
     .call = call_scatter,
     .sends_to_each = true},
    {.bench = {"MPI Allgather Latency Test", SIZES(1)},
     .name = "allgather",
     .call = call_allgather,
     .receives_of_each = true},
    {.bench = {"MPI All-to-All Latency Test", SIZES(1)},
     .name = "alltoall",
     .call = call_alltoall,
     .sends_to_each = true,
     .receives_of_each = true},
    {.bench = {"MPI Gatherv Latency Test", SIZES(1)},
     .name = "gatherv",
     .call = call_gatherv,
     .receives_of_each = true,
     .to_root = true},
    {.bench = {"MPI Scatterv Latency Test", SIZES(1)},
     .name = "scatterv",
     .call = call_scatterv,
     .sends_to_each = true},
    {.bench = {"MPI Allgatherv Latency Test", SIZES(1)},
     .name = "allgatherv",
     .call = call_allgatherv,
     .receives_of_each = true},
    {.bench = {"MPI All-to-Allv Latency Test", SIZES(1)},
     .name = "alltoallv",
     .call = call_alltoallv,
     .sends_to_each = true,
     .receives_of_each = true},
    {.bench = {"MPI Reduce_scatter Latency Test", SIZES(4)},
     .name = "reduce_scatter",
     .call = call_reduce_scatter,
     .reduces = true,
     .sends_to_each = true},
    {.bench = {"MPI Reduce_scatter_block Latency Test", SIZES(4)},
     .name = "reduce_scatter_block",
     .call = call_reduce_scatter_block,
     .reduces = true,
     .sends_to_each = true},
    {.bench = {"MPI Scan Latency Test", SIZES(4)},
     .name = "scan",
     .call = call_scan,
     .reduces = true,
     .is_prefix = true},
    {.bench = {"MPI Exscan Latency Test", SIZES(4)},
     .name = "exscan",
     .call = call_exscan,
     .reduces = true,
     .is_prefix = true,
     .is_exclusive = true},
};

struct test {
    const struct collective *collective;
    struct buffers buffers;
};

static const struct collective *find(const char *name)
{
    for (size_t i = 0; i < sizeof(collectives) / sizeof(collectives[0]); i++)
        if (strcmp(collectives[i].name, name) == 0)
            return &collectives[i];
    abort();
}

static double run(void *state, size_t bytes, long iterations)
{
    const struct test *t = state;
    double seconds = 0;

    for (long i = 0; i < iterations; i++) {
        double start = MPI_Wtime();

        t->collective->call(&t->buffers, (int)bytes);
        seconds += MPI_Wtime() - start;
        if (t->collective->bench.max_bytes > 0)
            MPI_Barrier(MPI_COMM_WORLD);
    }
    return seconds;
}

/* ---- validation ---- */

/* What rank contributes to element i of a reduction; sums are exact. */
static float term(size_t i, int rank)
{
    return (float)(i % 16) + (float)(rank % 64);
}

static long validate_reduction(const struct bench *b, const struct test *t,
                               size_t bytes)
{
    const struct collective *c = t->collective;
    const size_t count = bytes / sizeof(float);
    const size_t first = c->sends_to_each ? (size_t)b->rank * count : 0;
    const size_t sent = c->sends_to_each ? (size_t)b->size * count : count;
    const int last = c->is_prefix ? b->rank - c->is_exclusive : b->size - 1;
    float *out = t->buffers.out;
    const float *in = t->buffers.in;
    long wrong = 0;

    for (size_t i = 0; i < sent; i++)
        out[i] = term(i, b->rank);
    c->call(&t->buffers, (int)bytes);
    if ((c->to_root && b->rank != ROOT) || last < 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        float sum = 0;

        for (int rank = 0; rank <= last; rank++)
            sum += term(first + i, rank);
        wrong += in[i] != sum;
    }
    return wrong;
}

static long validate_movement(const struct bench *b, const struct test *t,
                              size_t bytes)
{
    const struct collective *c = t->collective;
    const int out_blocks = c->sends_to_each ? b->size : 1;
    const int in_blocks = c->receives_of_each ? b->size : 1;
    char *out = t->buffers.out;
    char *in = t->buffers.in;
    long wrong = 0;

    for (int to = 0; to < out_blocks; to++)
        pattern_fill(out + bytes * (size_t)to, bytes, b->rank, to, 0);
    memset(in, 0, bytes * (size_t)in_blocks);
    c->call(&t->buffers, (int)bytes);

    /* The root of a broadcast has nothing to receive. */
    if ((c->to_root && b->rank != ROOT) ||
        (c->call == call_bcast && b->rank == ROOT))
        return 0;
    for (int block = 0; block < in_blocks; block++) {
        int from = c->receives_of_each ? block : ROOT;
        int to = c->sends_to_each ? b->rank : 0;

        wrong += pattern_wrong(in + bytes * (size_t)block, bytes, from, to, 0);
    }
    return wrong;
}

static long validate(const struct bench *b, const struct test *t, size_t bytes)
{
    long wrong = t->collective->reduces ? validate_reduction(b, t, bytes)
                                        : validate_movement(b, t, bytes);

    return bench_sum(wrong);
}

/* ---- the test ---- */

/* Mean, least and greatest of the ranks' times of one call, at rank 0. */
static void summarize(const struct bench *b, struct measured m,
                      double values[4])
{
    double mine = m.seconds * 1e6 / (double)m.iterations;

    MPI_Reduce(&mine, &values[0], 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    MPI_Reduce(&mine, &values[1], 1, MPI_DOUBLE, MPI_MIN, 0, MPI_COMM_WORLD);
    MPI_Reduce(&mine, &values[2], 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    values[0] /= b->size;
    values[3] = (double)m.iterations;
}

/* The largest size whose blocks fit into the memory allowed. */
static long largest(const struct bench *b, const struct collective *c)
{
    long blocks = (c->sends_to_each ? b->size : 1) +
                  (c->receives_of_each ? b->size : 1);
    long fits = b->opt.memory_bytes / blocks;

    if (b->opt.max_bytes <= fits)
        return b->opt.max_bytes;
    if (b->rank == 0)
        printf("# No sizes above %ld: the buffers of a rank may take %ld "
               "bytes (-M)\n", fits, b->opt.memory_bytes);
    return fits;
}

static long test_size(const struct bench *b, struct test *t, long bytes)
{
    double values[4] = {0};
    const int unit = t->collective->reduces ? (int)sizeof(float) : 1;
    long wrong = -1;

    set_blocks(b->size, (int)bytes / unit);
    summarize(b, bench_measure(b, run, t, (size_t)bytes), values);
    if (b->opt.validate)
        wrong = validate(b, t, (size_t)bytes);
    bench_print_row(b, t->collective->bench.max_bytes > 0 ? bytes : -1, values,
                    b->opt.full ? 4 : 1, wrong);
    return wrong > 0 ? wrong : 0;
}

int main(int argc, char **argv)
{
    static const char *const columns[] = {"Avg Latency(us)", "Min Latency(us)",
                                          "Max Latency(us)", "Iterations"};
    struct test t = {.collective = find(OPERATION)};
    const struct collective *c = t.collective;
    struct bench b;
    long most;
    long wrong_count = 0;
    int status;

    if (!bench_init(&b, &c->bench, &argc, &argv, &status))
        return status;
    most = largest(&b, c);
    t.buffers.rank = b.rank;
    t.buffers.out = bench_alloc((size_t)most *
                                (size_t)(c->sends_to_each ? b.size : 1));
    t.buffers.in = bench_alloc((size_t)most *
                               (size_t)(c->receives_of_each ? b.size : 1));
    bench_print_head(&b, columns, b.opt.full ? 4 : 1);

    for (long bytes = b.opt.min_bytes; bytes <= most;
         bytes = bench_next_size(&b, bytes))
        wrong_count += test_size(&b, &t, bytes);
    free(t.buffers.in);
    free(t.buffers.out);
    free(counts);
    return bench_fini(wrong_count);
}
