/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes a second between two ranks that both send and receive a window of
 * messages at once; both directions count.
 */
#include "benchmarks/common.h"

#include <mpi.h>
#include <stdlib.h>

enum {
    TAG = 1,
    TAG_ANSWER = 2
};

struct stream {
    int peer;
    int window;
    char *out;
    char *in;
    MPI_Request *requests;   /* receives, then sends */
};

static const struct benchmark bibandwidth = {
    .title = "MPI Bi-Directional Bandwidth Test",
    .letters = "m:cW:",
    .min_bytes = 1,
    .max_bytes = 4 << 20,
    .ranks = 2,
};

static double run(void *state, size_t bytes, long iterations)
{
    const struct stream *s = state;
    const double start = MPI_Wtime();

    for (long i = 0; i < iterations; i++) {
        for (int w = 0; w < s->window; w++)
            MPI_Irecv(s->in, (int)bytes, MPI_CHAR, s->peer, TAG,
                      MPI_COMM_WORLD, &s->requests[w]);
        for (int w = 0; w < s->window; w++)
            MPI_Isend(s->out, (int)bytes, MPI_CHAR, s->peer, TAG,
                      MPI_COMM_WORLD, &s->requests[s->window + w]);
        MPI_Waitall(2 * s->window, s->requests, MPI_STATUSES_IGNORE);
        MPI_Sendrecv(NULL, 0, MPI_CHAR, s->peer, TAG_ANSWER, NULL, 0, MPI_CHAR,
                     s->peer, TAG_ANSWER, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
    return MPI_Wtime() - start;
}

int main(int argc, char **argv)
{
    static const char *const columns[] = {"Bandwidth (MB/s)"};
    struct stream s;
    struct bench b;
    long wrong_count = 0;
    int status;

    if (!bench_init(&b, &bibandwidth, &argc, &argv, &status))
        return status;
    s.peer = 1 - b.rank;
    s.window = b.opt.window;
    s.out = bench_alloc((size_t)b.opt.max_bytes);
    s.in = bench_alloc((size_t)b.opt.max_bytes);
    s.requests = bench_alloc(2 * sizeof(*s.requests) * (size_t)s.window);
    bench_print_head(&b, columns, 1);

    for (long bytes = b.opt.min_bytes; bytes <= b.opt.max_bytes;
         bytes = bench_next_size(&b, bytes)) {
        struct measured m = bench_measure(&b, run, &s, (size_t)bytes);
        double messages = 2.0 * (double)m.iterations * s.window;
        double rate = messages * (double)bytes / m.seconds / 1e6;
        long wrong = -1;

        if (b.opt.validate) {
            wrong = bench_sum(bench_validate_pair(&b, s.peer, (size_t)bytes,
                                                  SEND | RECEIVE));
            wrong_count += wrong;
        }
        bench_print_row(&b, bytes, &rate, 1, wrong);
    }
    free(s.requests);
    free(s.in);
    free(s.out);
    return bench_fini(wrong_count);
}
