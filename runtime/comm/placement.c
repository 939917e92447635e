/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A node's box is tried in all shapes that divide the grid; few, as each
 * dimension has few divisors.
 */
#include "runtime/comm/placement.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "collectives/places.h"
#include "runtime/objects/topology.h"

enum { DIMS_MAX = 16 };

/* The search for the best box. */
struct search {
    const struct cart *cart;
    int size; /* ranks of the grid */
    int box[DIMS_MAX];
    int best[DIMS_MAX];
    long long best_cuts; /* LLONG_MAX: none found */
};

/* Pairs of neighbours that boxes of this shape part. */
static long long count_cuts(const struct search *s)
{
    const struct cart *c = s->cart;
    long long sum = 0;
    for (int d = 0; d < c->ndims; d++) {
        const int boxes = c->dims[d] / s->box[d];
        const int walls = c->periods[d] && boxes > 1 ? boxes : boxes - 1;
        sum += (long long)walls * (s->size / c->dims[d]);
    }
    return sum;
}

static void try_shapes(struct search *s, int d, int rest)
{
    if (d == s->cart->ndims) {
        if (rest == 1 && count_cuts(s) < s->best_cuts) {
            s->best_cuts = count_cuts(s);
            memcpy(s->best, s->box, sizeof s->best);
        }
        return;
    }
    for (int side = 1; side <= rest; side++)
        if (rest % side == 0 && s->cart->dims[d] % side == 0) {
            s->box[d] = side;
            try_shapes(s, d + 1, rest / side);
        }
}

/* The ranks of each node, all alike: how many; 0 when they differ. */
static int ranks_per_node(const int *nodes, int size, int *counts)
{
    int node_count = 0;
    memset(counts, 0, (size_t)size * sizeof *counts);
    for (int r = 0; r < size; r++) {
        counts[nodes[r]]++;
        if (nodes[r] >= node_count)
            node_count = nodes[r] + 1;
    }
    for (int n = 1; n < node_count; n++)
        if (counts[n] != counts[0])
            return 0;
    return counts[0];
}

/* Rank in the grid of the i-th rank in box number `number`. */
static int rank_in_box(const struct search *s, int number, int i)
{
    int coords[DIMS_MAX];
    for (int d = s->cart->ndims - 1; d >= 0; d--) {
        const int boxes = s->cart->dims[d] / s->best[d];
        coords[d] = number % boxes * s->best[d] + i % s->best[d];
        number /= boxes;
        i /= s->best[d];
    }
    return cart_rank(s->cart, coords);
}

bool placement_boxes(const struct cart *cart, const int *nodes, int size,
                     int *ranks)
{
    struct search s = { .cart = cart, .size = size,
                        .best_cuts = LLONG_MAX };
    int *counts = calloc((size_t)size, sizeof *counts);
    if (!counts || cart->ndims > DIMS_MAX) {
        free(counts);
        return false;
    }
    const int per_node = ranks_per_node(nodes, size, counts);
    if (per_node > 1 && per_node < size)
        try_shapes(&s, 0, per_node);
    const bool is_found = s.best_cuts != LLONG_MAX;
    memset(counts, 0, (size_t)size * sizeof *counts);
    for (int r = 0; r < size && is_found; r++)
        ranks[r] = rank_in_box(&s, nodes[r], counts[nodes[r]]++);
    free(counts);
    return is_found;
}

int placement_cart(struct mpi_comm *comm, const struct cart *cart, int *rank)
{
    const struct places *places = places_of(comm);
    *rank = comm->rank;
    if (!places)
        return MPI_SUCCESS;
    int *ranks = malloc((size_t)comm->size * sizeof *ranks);
    if (!ranks)
        return MPI_ERR_NO_MEM;
    if (placement_boxes(cart, places->nodes, comm->size, ranks))
        *rank = ranks[comm->rank];
    free(ranks);
    return MPI_SUCCESS;
}
