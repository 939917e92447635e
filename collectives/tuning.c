/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Built-in rows and those of a file go the same way, as text.
 */
#define LOG_MODULE "collectives"
#include "collectives/tuning.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collectives/select.h"
#include "runtime/base/config.h"
#include "runtime/base/log.h"

enum { CHOICES = 64 /* of one collective */ };

/* How the limits were found stands in docs/collectives.md. A row for one node
 * is for as many ranks as it was measured with. */
static const char *const built_in[] = {
    "barrier * * * twolevel",
    "barrier * * * dissemination",
    "bcast * * * twolevel",
    "bcast 16 all * binomial",
    "bcast 3 * * binomial",
    "bcast * * 65535 binomial",
    "bcast * * * scatter_allgather",
    "reduce * * * twolevel",
    "reduce 16 all * binomial",
    "reduce 3 * * binomial",
    "reduce * * 65535 binomial",
    "reduce * * * rabenseifner",
    "reduce * * * binomial",
    "allreduce * * * twolevel",
    "allreduce * * 32767 recursive_doubling",
    "allreduce 16 all 1048575 rabenseifner",
    "allreduce * * * ring",
    "allreduce * * * recursive_doubling",
    "gather 16 all * linear",
    "gather 3 * * linear",
    "gather * * 4095 binomial",
    "gather * * * linear",
    "scatter 16 all * linear",
    "scatter 3 * * linear",
    "scatter * * 4095 binomial",
    "scatter * * * linear",
    "allgather * * * twolevel",
    "allgather 16 all * linear",
    "allgather * * * recursive_doubling",
    "allgather * * 2047 bruck",
    "allgather * * * neighbor_exchange",
    "allgather * * * ring",
    "alltoall * * * in_place",
    "alltoall 16 all * linear",
    "alltoall 15 * * linear",
    "alltoall * * 64 bruck",
    "alltoall * * 32767 linear",
    "alltoall * * * pairwise",
    "reduce_scatter_block 16 all 8191 halving",
    "reduce_scatter_block 16 all * pairwise",
    "reduce_scatter_block * * 2047 halving",
    "reduce_scatter_block * * * pairwise",
    "reduce_scatter_block * * * by_root",
    "scan * * * recursive_doubling",
    "exscan * * * recursive_doubling",
    "gatherv * * * linear",
    "scatterv * * * linear",
    "allgatherv 16 all * linear",
    "allgatherv * * 32767 linear",
    "allgatherv * * * ring",
    "alltoallv * * * in_place",
    "alltoallv * * * linear",
    "alltoallw * * * in_place",
    "alltoallw * * * linear",
    "reduce_scatter * * * pairwise",
    "reduce_scatter * * * by_root",
    "neighbor_allgather * * * linear",
    "neighbor_allgatherv * * * linear",
    "neighbor_alltoall * * * linear",
    "neighbor_alltoallv * * * linear",
    "neighbor_alltoallw * * * linear",
};

static struct choice choices[COLL_COUNT][CHOICES + 1];
static int counts[COLL_COUNT];
static const struct algorithm *forced[COLL_COUNT];
static bool is_loaded;

static int find_kind(const char *name)
{
    int kind = 0;
    while (kind < COLL_COUNT &&
           strcmp(collective_name((enum collective)kind), name) != 0)
        kind++;
    return kind;
}

static const struct algorithm *find_algorithm(int kind, const char *name)
{
    const struct algorithm *list = select_list((enum collective)kind);
    for (; list->name; list++)
        if (strcmp(list->name, name) == 0)
            return list;
    return NULL;
}

static bool parse_limit(const char *text, size_t any, size_t *limit)
{
    *limit = any;
    return strcmp(text, "*") == 0 || config_parse_bytes(text, limit);
}

static bool parse_per_node(const char *text, size_t *limit)
{
    *limit = PER_NODE_ALL;
    return strcmp(text, "all") == 0 ||
           (parse_limit(text, INT_MAX, limit) && *limit != PER_NODE_ALL);
}

static int find_both(const char *operation, const char *name, int *kind,
                     const struct algorithm **algorithm)
{
    *kind = find_kind(operation);
    if (*kind == COLL_COUNT) {
        log_error("there is no collective named %s", operation);
        return MPI_ERR_ARG;
    }
    *algorithm = find_algorithm(*kind, name);
    if (!*algorithm) {
        log_error("%s has no algorithm named %s", operation, name);
        return MPI_ERR_ARG;
    }
    return MPI_SUCCESS;
}

int tuning_add(const char *line)
{
    char operation[32], limit[3][24], name[32];
    size_t ranks, per_node, bytes;
    const struct algorithm *algorithm;
    int kind;
    if (sscanf(line, " %31s %23s %23s %23s %31s", operation, limit[0],
               limit[1], limit[2], name) != 5 ||
        !parse_limit(limit[0], INT_MAX, &ranks) ||
        !parse_per_node(limit[1], &per_node) ||
        !parse_limit(limit[2], SIZE_MAX, &bytes)) {
        log_error("\"%s\" is no row: expected collective, ranks, "
                  "ranks per node, bytes, algorithm", line);
        return MPI_ERR_ARG;
    }
    int err = find_both(operation, name, &kind, &algorithm);
    if (err != MPI_SUCCESS)
        return err;
    if (counts[kind] == CHOICES) {
        log_error("more than %d rows for %s", CHOICES, operation);
        return MPI_ERR_ARG;
    }
    choices[kind][counts[kind]++] = (struct choice){
        ranks < INT_MAX ? (int)ranks : INT_MAX,
        per_node < INT_MAX ? (int)per_node : INT_MAX, bytes, algorithm };
    return MPI_SUCCESS;
}

/* Lines that begin with # say nothing. */
static int read_file(const char *path)
{
    char line[256];
    int err = MPI_SUCCESS;
    FILE *file = fopen(path, "r");
    if (!file) {
        log_error("cannot read BATON_COLL_TABLE=%s: %m", path);
        return MPI_ERR_FILE;
    }
    while (err == MPI_SUCCESS && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[strspn(line, " \t")] && line[0] != '#')
            err = tuning_add(line);
    }
    fclose(file);
    return err;
}

/* "allreduce:ring,bcast:chain" */
static int read_forced(const char *text)
{
    int err = MPI_SUCCESS;
    while (*text && err == MPI_SUCCESS) {
        char operation[32], name[32];
        const struct algorithm *algorithm;
        int kind, length = 0;
        if (sscanf(text, "%31[^:,]:%31[^,]%n", operation, name, &length) != 2) {
            log_error("BATON_COLL_ALGORITHMS: \"%s\" is not "
                      "COLLECTIVE:ALGORITHM", text);
            return MPI_ERR_ARG;
        }
        err = find_both(operation, name, &kind, &algorithm);
        if (err == MPI_SUCCESS)
            forced[kind] = algorithm;
        text += length;
        if (*text == ',')
            text++;
    }
    return err;
}

int tuning_load(void)
{
    int err = MPI_SUCCESS;
    if (is_loaded)
        return MPI_SUCCESS;
    memset(counts, 0, sizeof counts);
    if (settings.coll_algorithms)
        err = read_forced(settings.coll_algorithms);
    if (err == MPI_SUCCESS && settings.coll_table && *settings.coll_table)
        err = read_file(settings.coll_table);
    for (size_t i = 0; i < ARRAY_COUNT(built_in) && err == MPI_SUCCESS; i++)
        err = tuning_add(built_in[i]);
    is_loaded = err == MPI_SUCCESS;
    return err;
}

const struct choice *tuning_choices(enum collective kind)
{
    return choices[kind];
}

const struct algorithm *tuning_forced(enum collective kind)
{
    return forced[kind];
}

static void print_choice(FILE *out, const struct choice *c)
{
    fputs(c->algorithm->name, out);
    if (c->ranks < INT_MAX)
        fprintf(out, " to %d ranks", c->ranks);
    if (c->per_node == PER_NODE_ALL)
        fputs(" on one node", out);
    else if (c->per_node < INT_MAX)
        fprintf(out, " to %d a node", c->per_node);
    if (c->bytes < SIZE_MAX)
        fprintf(out, " to %zu bytes", c->bytes);
    if (c->algorithm->suits)
        fputs(" where it can", out);
}

void tuning_print(FILE *out)
{
    for (int kind = 0; kind < COLL_COUNT; kind++) {
        if (counts[kind] < 2 && !forced[kind])
            continue;
        fprintf(out, "baton: collective %s: ",
                collective_name((enum collective)kind));
        if (forced[kind])
            fprintf(out, "%s (BATON_COLL_ALGORITHMS), else ",
                    forced[kind]->name);
        for (int i = 0; i < counts[kind]; i++) {
            print_choice(out, &choices[kind][i]);
            fputs(i + 1 < counts[kind] ? ", then " : "\n", out);
        }
    }
}
