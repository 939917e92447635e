/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes a second from rank 0 to rank 1: a window of sends at once, then an
 * answer.
 */
#include "benchmarks/common.h"

#include <mpi.h>
#include <stdlib.h>

enum {
    TAG = 1,
    TAG_ANSWER = 2
};

struct stream {
    int rank;
    int window;
    char *buffer;
    MPI_Request *requests;
};

static const struct benchmark bandwidth = {
    .title = "MPI Bandwidth Test",
    .letters = "m:cW:",
    .min_bytes = 1,
    .max_bytes = 4 << 20,
    .ranks = 2,
};

static void send_window(const struct stream *s, int bytes)
{
    for (int i = 0; i < s->window; i++)
        MPI_Isend(s->buffer, bytes, MPI_CHAR, 1, TAG, MPI_COMM_WORLD,
                  &s->requests[i]);
    MPI_Waitall(s->window, s->requests, MPI_STATUSES_IGNORE);
    MPI_Recv(NULL, 0, MPI_CHAR, 1, TAG_ANSWER, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
}

static void receive_window(const struct stream *s, int bytes)
{
    for (int i = 0; i < s->window; i++)
        MPI_Irecv(s->buffer, bytes, MPI_CHAR, 0, TAG, MPI_COMM_WORLD,
                  &s->requests[i]);
    MPI_Waitall(s->window, s->requests, MPI_STATUSES_IGNORE);
    MPI_Send(NULL, 0, MPI_CHAR, 0, TAG_ANSWER, MPI_COMM_WORLD);
}

static double run(void *state, size_t bytes, long iterations)
{
    const struct stream *s = state;
    const double start = MPI_Wtime();

    for (long i = 0; i < iterations; i++) {
        if (s->rank == 0)
            send_window(s, (int)bytes);
        else
            receive_window(s, (int)bytes);
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

    if (!bench_init(&b, &bandwidth, &argc, &argv, &status))
        return status;
    s.rank = b.rank;
    s.window = b.opt.window;
    s.buffer = bench_alloc((size_t)b.opt.max_bytes);
    s.requests = bench_alloc(sizeof(*s.requests) * (size_t)s.window);
    bench_print_head(&b, columns, 1);

    for (long bytes = b.opt.min_bytes; bytes <= b.opt.max_bytes;
         bytes = bench_next_size(&b, bytes)) {
        struct measured m = bench_measure(&b, run, &s, (size_t)bytes);
        double messages = (double)m.iterations * s.window;
        double rate = messages * (double)bytes / m.seconds / 1e6;
        long wrong = -1;

        if (b.opt.validate) {
            wrong = bench_sum(bench_validate_pair(&b, 1 - b.rank,
                                                  (size_t)bytes,
                                                  b.rank == 0 ? SEND
                                                              : RECEIVE));
            wrong_count += wrong;
        }
        bench_print_row(&b, bytes, &rate, 1, wrong);
    }
    free(s.requests);
    free(s.buffer);
    return bench_fini(wrong_count);
}
