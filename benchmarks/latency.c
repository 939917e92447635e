/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Half the time of a message there and back, between two ranks: the mean, or
 * the median, which a machine that stalls now and then does not disturb.
 */
#include "benchmarks/common.h"

#include <mpi.h>
#include <stdlib.h>

enum {
    TAG = 1,
    TRIPS = 100000 /* timed one by one, at most */
};

struct ping_pong {
    int rank;
    char *out;
    char *in;
    double *ends; /* when each round trip of the last run ended, or NULL */
};

static const struct benchmark latency = {
    .title = "MPI Latency Test",
    .letters = "m:cd",
    .min_bytes = 0,
    .max_bytes = 1 << 20,
    .ranks = 2,
};

static double run(void *state, size_t bytes, long iterations)
{
    const struct ping_pong *p = state;
    const int n = (int)bytes;
    const int peer = 1 - p->rank;
    const double start = MPI_Wtime();

    for (long i = 0; i < iterations; i++) {
        if (p->rank == 0)
            MPI_Send(p->out, n, MPI_CHAR, peer, TAG, MPI_COMM_WORLD);
        MPI_Recv(p->in, n, MPI_CHAR, peer, TAG, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
        if (p->rank == 1)
            MPI_Send(p->out, n, MPI_CHAR, peer, TAG, MPI_COMM_WORLD);
        if (p->ends != NULL && i < TRIPS)
            p->ends[i] = MPI_Wtime();
    }
    return MPI_Wtime() - start;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* The median of the round trips that ended at these times, in seconds. */
static double median_trip(double *ends, long count)
{
    if (count > TRIPS)
        count = TRIPS;
    for (long i = 0; i + 1 < count; i++)
        ends[i] = ends[i + 1] - ends[i];
    qsort(ends, (size_t)count - 1, sizeof(*ends), compare);
    return ends[(count - 1) / 2];
}

int main(int argc, char **argv)
{
    static const char *const columns[] = {"Latency (us)"};
    struct ping_pong p;
    struct bench b;
    long wrong_count = 0;
    int status;

    if (!bench_init(&b, &latency, &argc, &argv, &status))
        return status;
    p.rank = b.rank;
    p.out = bench_alloc((size_t)b.opt.max_bytes);
    p.in = bench_alloc((size_t)b.opt.max_bytes);
    p.ends = b.opt.median ? bench_alloc(TRIPS * sizeof(*p.ends)) : NULL;
    bench_print_head(&b, columns, 1);

    for (long bytes = b.opt.min_bytes; bytes <= b.opt.max_bytes;
         bytes = bench_next_size(&b, bytes)) {
        struct measured m = bench_measure(&b, run, &p, (size_t)bytes);
        double usec = m.seconds * 1e6 / (double)m.iterations / 2;
        long wrong = -1;

        if (p.ends != NULL && m.iterations > 1)
            usec = median_trip(p.ends, m.iterations) * 1e6 / 2;
        if (b.opt.validate) {
            wrong = bench_sum(bench_validate_pair(&b, 1 - b.rank,
                                                  (size_t)bytes,
                                                  SEND | RECEIVE));
            wrong_count += wrong;
        }
        bench_print_row(&b, bytes, &usec, 1, wrong);
    }
    free(p.ends);
    free(p.in);
    free(p.out);
    return bench_fini(wrong_count);
}
