/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the benchmarks share: options, how often to run, columns, validation.
 *
 * They are plain MPI programs that build with any MPI, so that one source is
 * compared across libraries. Options and columns are those that users of the
 * OSU micro-benchmarks know.
 */
#ifndef BENCHMARKS_COMMON_H
#define BENCHMARKS_COMMON_H

#include <stdbool.h>
#include <stddef.h>

/* Where collectives begin and what rank 0 of a pair is. */
enum {
    ROOT = 0,
    SIZES_MAX = 16
};

struct options {
    long min_bytes;
    long max_bytes;
    long sizes[SIZES_MAX]; /* if given one by one */
    int size_count;
    long iterations;  /* 0: as many as take `seconds` */
    long warmup;      /* runs before the timed ones; -1: a tenth of them */
    double seconds;   /* time for one size when iterations is 0 */
    long memory_bytes;/* buffers of one rank may take so much */
    long repeat;      /* measure so often, keep the fastest */
    int window;       /* messages in flight */
    long tests;       /* calls of MPI_Test during a computation */
    int pairs;        /* 0: half of the ranks */
    bool validate;
    bool full;        /* minimum and maximum as well */
    bool median;      /* of single iterations, instead of the mean */
};

/* One benchmark program. */
struct benchmark {
    const char *title;       /* "MPI Latency Test" */
    const char *letters;     /* the options it takes besides the common ones */
    long min_bytes;          /* sizes unless -m is given */
    long max_bytes;
    int ranks;               /* so many are needed; 0: two or more */
};

struct bench {
    const struct benchmark *what;
    struct options opt;
    int rank;                /* in MPI_COMM_WORLD, as all ranks here */
    int size;
};

/*
 * Run the benchmark so many times.
 *
 * Returns the seconds it took on this rank. Every rank calls it with the same
 * arguments at about the same time.
 */
typedef double (*run_function)(void *state, size_t bytes, long iterations);

/* What a rank measured. */
struct measured {
    long iterations;
    double seconds;
};

/*
 * Start MPI and read the options. False if the program has nothing to do but
 * to return *status: after -h, or after a complaint about an option.
 */
bool bench_init(struct bench *b, const struct benchmark *what, int *argc,
                char ***argv, int *status);

/* End MPI. Returns the exit status: 1 if wrong_count is not 0. */
int bench_fini(long wrong_count);

/* Rank 0: print the lines that start with '#'; columns without "# Size". */
void bench_print_head(const struct bench *b, const char *const columns[],
                      int count);

/*
 * Rank 0: print one line. bytes < 0: no size (a barrier). wrong_count < 0: was
 * not validated.
 */
void bench_print_row(const struct bench *b, long bytes, const double values[],
                     int count, long wrong_count);

/* The size after bytes: 0, 1, 2, 4 ... or the next that was given. */
long bench_next_size(const struct bench *b, long bytes);

/*
 * Warm up, find how often to run, run; with -r the fastest of several times,
 * the same time on all ranks.
 */
struct measured bench_measure(const struct bench *b, run_function run,
                              void *state, size_t bytes);

/* Page-aligned memory, touched; ends the job if there is none. */
void *bench_alloc(size_t bytes);

/* Write, or compare with, the bytes that `from` sends to `to` in `round`. */
void pattern_fill(void *buffer, size_t bytes, int from, int to, int round);
long pattern_wrong(const void *buffer, size_t bytes, int from, int to,
                   int round);

enum direction {
    SEND = 1,
    RECEIVE = 2
};

/*
 * Exchange messages with a peer, each with content of its own, and compare.
 *
 * Returns the wrong bytes that this rank received. Both sides call it, with
 * directions that match.
 */
long bench_validate_pair(const struct bench *b, int peer, size_t bytes,
                         int directions);

/* The sum over all ranks, at all ranks; for counts up to 2^53. */
long bench_sum(long count);

#endif
