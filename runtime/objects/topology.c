/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Grids are in row-major order: the last dimension varies fastest.
 */
#include "runtime/objects/topology.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A copy of n ints; room for one at least. */
static int *copy_ints(const int *from, int n, bool *is_failed)
{
    int *to = malloc(((size_t)n + 1) * sizeof *to);
    if (!to)
        *is_failed = true;
    else if (n > 0)
        memcpy(to, from, (size_t)n * sizeof *to);
    return to;
}

static int finish(struct topology *t, bool is_failed, struct topology **out)
{
    if (is_failed) {
        topology_release(t);
        return MPI_ERR_NO_MEM;
    }
    *out = t;
    return MPI_SUCCESS;
}

static struct topology *allocate(int kind)
{
    struct topology *t = calloc(1, sizeof *t);
    if (t) {
        t->references = 1;
        t->kind = kind;
    }
    return t;
}

int topology_create_cart(int ndims, const int *dims, const int *periods,
                         struct topology **out)
{
    bool is_failed = false;
    struct topology *t = allocate(MPI_CART);
    if (!t)
        return MPI_ERR_NO_MEM;
    t->cart.ndims = ndims;
    t->cart.dims = copy_ints(dims, ndims, &is_failed);
    t->cart.periods = copy_ints(periods, ndims, &is_failed);
    return finish(t, is_failed, out);
}

int topology_create_graph(int nodes, const int *index, const int *edges,
                          struct topology **out)
{
    bool is_failed = false;
    struct topology *t = allocate(MPI_GRAPH);
    if (!t)
        return MPI_ERR_NO_MEM;
    t->graph.node_count = nodes;
    t->graph.edge_count = nodes > 0 ? index[nodes - 1] : 0;
    t->graph.index = copy_ints(index, nodes, &is_failed);
    t->graph.edges = copy_ints(edges, t->graph.edge_count, &is_failed);
    return finish(t, is_failed, out);
}

int topology_create_dist(const struct dist_graph *d, struct topology **out)
{
    bool is_failed = false;
    struct topology *t = allocate(MPI_DIST_GRAPH);
    if (!t)
        return MPI_ERR_NO_MEM;
    t->dist.in_count = d->in_count;
    t->dist.out_count = d->out_count;
    t->dist.is_weighted = d->is_weighted;
    t->dist.sources = copy_ints(d->sources, d->in_count, &is_failed);
    t->dist.destinations = copy_ints(d->destinations, d->out_count,
                                     &is_failed);
    if (d->is_weighted) {
        t->dist.source_weights = copy_ints(d->source_weights, d->in_count,
                                           &is_failed);
        t->dist.dest_weights = copy_ints(d->dest_weights, d->out_count,
                                         &is_failed);
    }
    return finish(t, is_failed, out);
}

struct topology *topology_retain(struct topology *t)
{
    if (t)
        t->references++;
    return t;
}

void topology_release(struct topology *t)
{
    if (!t || --t->references > 0)
        return;
    free(t->cart.dims);
    free(t->cart.periods);
    free(t->graph.index);
    free(t->graph.edges);
    free(t->dist.sources);
    free(t->dist.source_weights);
    free(t->dist.destinations);
    free(t->dist.dest_weights);
    free(t);
}

int cart_size(int ndims, const int *dims)
{
    long long size = 1;
    for (int d = 0; d < ndims; d++) {
        size *= dims[d];
        if (size > INT_MAX)
            return MPI_UNDEFINED;
    }
    return (int)size;
}

int cart_rank(const struct cart *c, const int *coords)
{
    int rank = 0;
    for (int d = 0; d < c->ndims; d++) {
        int at = coords[d];
        if (at < 0 || at >= c->dims[d]) {
            if (!c->periods[d])
                return MPI_PROC_NULL;
            at %= c->dims[d];
            if (at < 0)
                at += c->dims[d];
        }
        rank = rank * c->dims[d] + at;
    }
    return rank;
}

void cart_coords(const struct cart *c, int rank, int *coords)
{
    for (int d = c->ndims - 1; d >= 0; d--) {
        coords[d] = rank % c->dims[d];
        rank /= c->dims[d];
    }
}

/*
 * Write nodes as n factors that are as equal as can be: the largest less the
 * smallest is least; of these that with the largest last one, then the largest
 * last but one, and so on. They come in falling order.
 */
struct factors {
    int n;
    int *now;
    int *best;
    int *divisors; /* of nodes, rising */
    int divisor_count;
    bool is_found;
};

static double to_the_power(double base, int exponent)
{
    double power = 1;
    while (exponent-- > 0)
        power *= base;
    return power;
}

static bool is_better(const struct factors *f)
{
    const int last = f->n - 1;
    const int now = f->now[0] - f->now[last];
    const int best = f->best[0] - f->best[last];
    if (!f->is_found || now != best)
        return !f->is_found || now < best;
    for (int i = last; i > 0; i--)
        if (f->now[i] != f->best[i])
            return f->now[i] > f->best[i];
    return false;
}

/* With the first factors as they are and count more of product rest: must one
 * of them be too small to be as good as the best? */
static bool is_hopeless(const struct factors *f, int count, int rest)
{
    if (!f->is_found)
        return false;
    const int least = f->now[0] - (f->best[0] - f->best[f->n - 1]);
    return least > 0 && to_the_power(least, count) > rest;
}

static void factor(struct factors *f, int at, int rest)
{
    const int most = at > 0 ? f->now[at - 1] : rest;
    if (at == f->n - 1) {
        f->now[at] = rest;
        if (rest <= most && is_better(f)) {
            memcpy(f->best, f->now, (size_t)f->n * sizeof *f->best);
            f->is_found = true;
        }
        return;
    }
    for (int i = 0; i < f->divisor_count && f->divisors[i] <= most; i++) {
        const int one = f->divisors[i];
        /* It is the largest of those that are left. */
        if (rest % one != 0 || to_the_power(one, f->n - at) < rest)
            continue;
        f->now[at] = one;
        if (is_hopeless(f, f->n - at - 1, rest / one))
            return;
        factor(f, at + 1, rest / one);
    }
}

enum { DIVISORS = 1600 }; /* of 2095133040; no int has more */

static void find_divisors(struct factors *f, int nodes)
{
    int large = DIVISORS;
    f->divisor_count = 0;
    for (int one = 1; one <= nodes / one; one++) {
        if (nodes % one != 0)
            continue;
        f->divisors[f->divisor_count++] = one;
        if (one != nodes / one)
            f->divisors[--large] = nodes / one;
    }
    while (large < DIVISORS)
        f->divisors[f->divisor_count++] = f->divisors[large++];
}

bool dims_create(int nodes, int ndims, int *dims)
{
    int given = 1, open = 0;
    for (int d = 0; d < ndims; d++) {
        if (dims[d] > 0 && nodes % given == 0 && nodes / given % dims[d] == 0)
            given *= dims[d];
        else if (dims[d] != 0)
            return false;
        else
            open++;
    }
    if (open == 0)
        return given == nodes;
    int *room = malloc((2 * (size_t)open + DIVISORS) * sizeof *room);
    if (!room)
        return false;
    struct factors f = { .n = open, .now = room, .best = room + open,
                         .divisors = room + 2 * (size_t)open };
    find_divisors(&f, nodes / given);
    factor(&f, 0, nodes / given);
    for (int d = 0, i = 0; d < ndims && f.is_found; d++)
        if (dims[d] == 0)
            dims[d] = f.best[i++];
    free(room);
    return f.is_found;
}
