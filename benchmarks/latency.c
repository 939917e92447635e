/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Half the time of a message there and back, between two ranks.
 */
#include "benchmarks/common.h"

#include <mpi.h>
#include <stdlib.h>

enum {
    TAG = 1
};

struct ping_pong {
    int rank;
    char *out;
    char *in;
};

static const struct benchmark latency = {
    .title = "MPI Latency Test",
    .letters = "m:c",
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
    }
    return MPI_Wtime() - start;
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
    bench_print_head(&b, columns, 1);

    for (long bytes = b.opt.min_bytes; bytes <= b.opt.max_bytes;
         bytes = bench_next_size(bytes)) {
        struct measured m = bench_measure(&b, run, &p, (size_t)bytes);
        double usec = m.seconds * 1e6 / (double)m.iterations / 2;
        long wrong = -1;

        if (b.opt.validate) {
            wrong = bench_sum(bench_validate_pair(&b, 1 - b.rank,
                                                  (size_t)bytes,
                                                  SEND | RECEIVE));
            wrong_count += wrong;
        }
        bench_print_row(&b, bytes, &usec, 1, wrong);
    }
    free(p.in);
    free(p.out);
    return bench_fini(wrong_count);
}
