/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Options of the benchmarks, and how they start. See common.h.
 */
#include "benchmarks/common.h"

#include <limits.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_COMPLAINT \
    "-m: a message may have 2147483647 bytes, an int's range"

/* Reads "64", "64K", "4M", "1G". False if text is anything else. */
static bool parse_bytes(const char *text, const char **end, long *bytes)
{
    static const char units[] = "KMG";
    const char *unit;
    char *after;

    if (*text < '0' || *text > '9')
        return false;
    *bytes = strtol(text, &after, 10);
    unit = *after == '\0' ? NULL : strchr(units, *after);
    if (unit != NULL) {
        *bytes <<= 10 * (unit - units + 1);
        after++;
    }
    *end = after;
    return true;
}

/* -m A,B,... after A */
static const char *parse_list(const char *at, long first, struct options *opt)
{
    opt->sizes[0] = first;
    opt->size_count = 1;
    while (*at == ',') {
        if (opt->size_count == SIZES_MAX)
            return "-m: too many sizes";
        if (!parse_bytes(at + 1, &at, &opt->sizes[opt->size_count]) ||
            opt->sizes[opt->size_count] <= opt->sizes[opt->size_count - 1])
            return "-m: the sizes of a list grow";
        opt->size_count++;
    }
    opt->min_bytes = first;
    opt->max_bytes = opt->sizes[opt->size_count - 1];
    if (*at != '\0')
        return "-m wants a list of bytes, such as 8,1K,64K";
    return opt->max_bytes > INT_MAX ? MAX_COMPLAINT : NULL;
}

/* -m MAX, -m MIN:MAX, -m MIN: or -m A,B,... */
static const char *parse_sizes(const char *text, struct options *opt)
{
    const char *at;
    long first;

    if (!parse_bytes(text, &at, &first))
        return "-m wants MIN:MAX in bytes, such as 1:64K";
    if (*at == ',')
        return parse_list(at, first, opt);
    if (*at == ':') {
        opt->min_bytes = first;
        at++;
        if (*at != '\0' && !parse_bytes(at, &at, &opt->max_bytes))
            return "-m wants MIN:MAX in bytes, such as 1:64K";
    } else {
        opt->max_bytes = first;
        if (opt->min_bytes > first)
            opt->min_bytes = first;
    }
    if (*at != '\0')
        return "-m wants MIN:MAX in bytes, such as 1:64K";
    if (opt->min_bytes > opt->max_bytes)
        return "-m: the smallest size is above the largest";
    if (opt->max_bytes > INT_MAX)
        return MAX_COMPLAINT;
    return NULL;
}

static const char *parse_count(const char *text, long least, long *value)
{
    char *end;

    *value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0')
        return "a number is wanted";
    if (*value < least || *value > INT_MAX)
        return "the number is out of range";
    return NULL;
}

/* Handle one option; returns a complaint or NULL. */
static const char *take_option(int letter, const char *text,
                               struct options *opt)
{
    const char *complaint = NULL;
    const char *end;
    long number = 0;

    switch (letter) {
    case 'm':
        return parse_sizes(text, opt);
    case 'i':
        return parse_count(text, 1, &opt->iterations);
    case 'x':
        return parse_count(text, 0, &opt->warmup);
    case 'r':
        return parse_count(text, 1, &opt->repeat);
    case 't':
        opt->seconds = atof(text);
        return opt->seconds > 0 ? NULL : "-t wants seconds above 0";
    case 'M':
        if (!parse_bytes(text, &end, &opt->memory_bytes) || *end != '\0')
            return "-M wants bytes, such as 512M";
        return NULL;
    case 'W':
        complaint = parse_count(text, 1, &number);
        opt->window = (int)number;
        return complaint;
    case 'T':
        return parse_count(text, 0, &opt->tests);
    case 'p':
        complaint = parse_count(text, 1, &number);
        opt->pairs = (int)number;
        return complaint;
    case 'c':
        opt->validate = true;
        return NULL;
    case 'f':
        opt->full = true;
        return NULL;
    case 'd':
        opt->median = true;
        return NULL;
    default:
        return "see -h for the options";
    }
}

static void print_usage(const struct benchmark *what, const char *program)
{
    printf("%s\nUsage: mpirun -n RANKS %s [OPTION]...\n", what->title, program);
    if (what->max_bytes > 0)
        printf("  -m MIN:MAX  message sizes in bytes; also MAX or MIN:, with "
               "K, M (default %ld:%ld), or a list 8,1K\n",
               what->min_bytes, what->max_bytes);
    printf("  -i N        timed iterations a size (default: what fits in the "
           "time of -t)\n"
           "  -x N        iterations before those, not timed\n"
           "  -t SECONDS  time for a size when -i is not given (0.15)\n"
           "  -r N        measure N times and print the fastest (1), for busy "
           "machines\n");
    if (strchr(what->letters, 'c') != NULL)
        printf("  -c          check the data that arrives\n");
    if (strchr(what->letters, 'd') != NULL)
        printf("  -d          the median of single iterations, for machines "
               "that stall\n");
    if (strchr(what->letters, 'f') != NULL)
        printf("  -f          print minimum, maximum and iterations too\n");
    if (strchr(what->letters, 'W') != NULL)
        printf("  -W N        messages in flight (64)\n");
    if (strchr(what->letters, 'T') != NULL)
        printf("  -T N        calls of MPI_Test during the computation (0)\n");
    if (strchr(what->letters, 'p') != NULL)
        printf("  -p N        pairs of ranks (half of the ranks)\n");
    if (strchr(what->letters, 'M') != NULL)
        printf("  -M BYTES    memory a rank's buffers may take (512M)\n");
    printf("  -v          print the version\n"
           "  -h          print this\n");
}

/* Read the options; true if the benchmark is to run. */
static bool parse_options(struct bench *b, int argc, char **argv, int *status)
{
    const char *complaint;
    char letters[32];
    int letter;

    snprintf(letters, sizeof(letters), ":hvi:x:t:r:%s", b->what->letters);
    opterr = 0;
    while ((letter = getopt(argc, argv, letters)) != -1) {
        if (letter == 'h' || letter == 'v') {
            if (b->rank == 0 && letter == 'h')
                print_usage(b->what, argv[0]);
            else if (b->rank == 0)
                printf("%s, Baton benchmarks\n", b->what->title);
            *status = 0;
            return false;
        }
        complaint = letter == '?'   ? "there is no such option; see -h"
                    : letter == ':' ? "a value is missing; see -h"
                                    : take_option(letter, optarg, &b->opt);
        if (complaint == NULL)
            continue;
        if (b->rank == 0)
            fprintf(stderr, "%s: option -%c: %s\n", argv[0],
                    letter == '?' || letter == ':' ? optopt : letter,
                    complaint);
        return false;
    }
    if (optind == argc)
        return true;
    if (b->rank == 0)
        fprintf(stderr, "%s: %s is not an option; see -h\n", argv[0],
                argv[optind]);
    return false;
}

static bool has_ranks(const struct bench *b, const char *program)
{
    if (b->what->ranks == 0 ? b->size >= 2 : b->size == b->what->ranks)
        return true;
    if (b->rank != 0)
        return false;
    fprintf(stderr, "%s: there %s %d rank%s, but the test needs %s 2: "
            "mpirun -n 2 %s\n", program, b->size == 1 ? "is" : "are", b->size,
            b->size == 1 ? "" : "s", b->what->ranks == 0 ? "at least" : "exactly",
            program);
    return false;
}

bool bench_init(struct bench *b, const struct benchmark *what, int *argc,
                char ***argv, int *status)
{
    memset(b, 0, sizeof(*b));
    b->what = what;
    b->opt.min_bytes = what->min_bytes;
    b->opt.max_bytes = what->max_bytes;
    b->opt.warmup = -1;
    b->opt.seconds = 0.15;
    b->opt.memory_bytes = 512L << 20;
    b->opt.window = 64;
    b->opt.repeat = 1;
    *status = 1;

    MPI_Init(argc, argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &b->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &b->size);
    if (parse_options(b, *argc, *argv, status) && has_ranks(b, (*argv)[0]))
        return true;
    MPI_Finalize();
    return false;
}
