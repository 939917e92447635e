/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages a second from the first half of the ranks to the second, all pairs
 * at once: rank i sends windows to rank pairs + i, which answers each.
 */
#include "benchmarks/common.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TAG = 1,
    TAG_ANSWER = 2
};

struct stream {
    int peer;                /* -1: this rank is in no pair */
    bool sends;
    int window;
    char *buffer;
    MPI_Request *requests;
};

static const struct benchmark message_rate = {
    .title = "MPI Multiple Bandwidth / Message Rate Test",
    .letters = "m:cW:p:",
    .min_bytes = 1,
    .max_bytes = 4 << 20,
};

static double run(void *state, size_t bytes, long iterations)
{
    const struct stream *s = state;
    const double start = MPI_Wtime();

    for (long i = 0; s->peer >= 0 && i < iterations; i++) {
        for (int w = 0; w < s->window; w++)
            if (s->sends)
                MPI_Isend(s->buffer, (int)bytes, MPI_CHAR, s->peer, TAG,
                          MPI_COMM_WORLD, &s->requests[w]);
            else
                MPI_Irecv(s->buffer, (int)bytes, MPI_CHAR, s->peer, TAG,
                          MPI_COMM_WORLD, &s->requests[w]);
        MPI_Waitall(s->window, s->requests, MPI_STATUSES_IGNORE);
        if (s->sends)
            MPI_Recv(NULL, 0, MPI_CHAR, s->peer, TAG_ANSWER, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE);
        else
            MPI_Send(NULL, 0, MPI_CHAR, s->peer, TAG_ANSWER, MPI_COMM_WORLD);
    }
    return MPI_Wtime() - start;
}

/* The time of the slowest sender, at rank 0. */
static double slowest(double seconds)
{
    double most = 0;

    MPI_Reduce(&seconds, &most, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    return most;
}

static long validate(const struct bench *b, const struct stream *s, long bytes)
{
    long wrong = 0;

    if (s->peer >= 0)
        wrong = bench_validate_pair(b, s->peer, (size_t)bytes,
                                    s->sends ? SEND : RECEIVE);
    return bench_sum(wrong);
}

static void pair_up(const struct bench *b, int pairs, struct stream *s)
{
    s->sends = b->rank < pairs;
    s->peer = s->sends ? b->rank + pairs : b->rank - pairs;
    if (b->rank >= 2 * pairs)
        s->peer = -1;
    s->window = b->opt.window;
    s->buffer = bench_alloc((size_t)b->opt.max_bytes);
    s->requests = bench_alloc(sizeof(*s->requests) * (size_t)s->window);
}

int main(int argc, char **argv)
{
    static const char *const columns[] = {"MB/s", "Messages/s"};
    struct stream s;
    struct bench b;
    long wrong_count = 0;
    int status;
    int pairs;

    if (!bench_init(&b, &message_rate, &argc, &argv, &status))
        return status;
    pairs = b.opt.pairs > 0 ? b.opt.pairs : b.size / 2;
    if (2 * pairs > b.size) {
        if (b.rank == 0)
            fprintf(stderr, "%s: -p %d needs %d ranks, there are %d\n",
                    argv[0], pairs, 2 * pairs, b.size);
        return bench_fini(1);
    }
    pair_up(&b, pairs, &s);
    if (b.rank == 0)
        printf("# Pairs: %d, window: %d\n", pairs, s.window);
    bench_print_head(&b, columns, 2);

    for (long bytes = b.opt.min_bytes; bytes <= b.opt.max_bytes;
         bytes = bench_next_size(&b, bytes)) {
        struct measured m = bench_measure(&b, run, &s, (size_t)bytes);
        double seconds = slowest(s.sends ? m.seconds : 0);
        double messages = (double)pairs * (double)m.iterations * s.window;
        double values[] = {messages * (double)bytes / seconds / 1e6,
                           messages / seconds};
        long wrong = b.opt.validate ? validate(&b, &s, bytes) : -1;

        if (wrong > 0)
            wrong_count += wrong;
        bench_print_row(&b, bytes, values, 2, wrong);
    }
    free(s.requests);
    free(s.buffer);
    return bench_fini(wrong_count);
}
