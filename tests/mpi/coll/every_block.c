/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The collectives that move blocks, in every form: equal blocks and blocks
 * that differ, some of them empty, with gaps between and in reverse order.
 *
 * ranks: 1 2 3 4 7
 * timeout: 120
 */
#include "forms.h"

enum { GAP = 2 };

/* Arrays as the user gives them, in both widths. */
struct layout {
    int counts[64], displs[64], bytes[64];
    MPI_Count large_counts[64];
    MPI_Aint large_displs[64], large_bytes[64];
    MPI_Datatype types[64];
    int total;
};

/* Ints that a rank sends to another; the sum so that both see the same. */
static int vary(const struct place *p, int a, int b)
{
    return (a * 3 + b * 3 + 2) % 4 * p->scale;
}

/* Blocks of count(i) ints, the last one first, with gaps. */
static struct layout make_layout(const struct place *p, int blocks,
                                 int (*count)(const struct place *p, int i))
{
    struct layout l = { .total = 0 };
    for (int i = blocks - 1; i >= 0; i--) {
        l.large_counts[i] = l.counts[i] = count(p, i);
        l.large_displs[i] = l.displs[i] = l.total;
        l.large_bytes[i] = l.bytes[i] = l.total * (int)sizeof(int);
        l.types[i] = MPI_INT;
        l.total += l.counts[i] + GAP;
    }
    return l;
}

static int equal(const struct place *p, int i)
{
    (void)i;
    return p->scale;
}

static int by_rank(const struct place *p, int i)
{
    return vary(p, i, 1);
}

static int by_pair(const struct place *p, int i)
{
    return vary(p, i, p->rank);
}

static int *in, *out;

static void clear(int *data, int ints)
{
    for (int i = 0; i < ints; i++)
        data[i] = -7;
}

/* One block of our own, for rank `to`, at data. */
static void fill_own(const struct place *p, int *data, int count, int to)
{
    fill_block(data, count, p->rank, to);
}

/* All blocks of l lie in data; the gaps are untouched. */
static void check_layout(const struct place *p, const struct layout *l,
                         const int *data, int to)
{
    for (int i = 0; i < p->peers; i++) {
        check_block(data + l->displs[i], l->counts[i], i, to);
        for (int k = 0; k < GAP; k++)
            CHECK(data[l->displs[i] + l->counts[i] + k] == -7);
    }
}

/* The root a rank names, when the root is rank r of one group. */
static int root_of(const struct place *p, int r, int is_roots_group)
{
    if (!p->is_inter)
        return r;
    if (!is_roots_group)
        return r;
    return p->rank == r ? MPI_ROOT : MPI_PROC_NULL;
}

/* Do we receive (send) all blocks? */
static int is_root(const struct place *p, int root)
{
    return p->is_inter ? root == MPI_ROOT : root == p->rank;
}

/* Do we send (receive) one block? */
static int is_leaf(int root)
{
    return root != MPI_ROOT && root != MPI_PROC_NULL;
}

static void prepare_gather(const struct place *p, const struct layout *l,
                           int root, int count)
{
    clear(out, l->total);
    if (!is_leaf(root))
        return;
    if (p->in_place && is_root(p, root))
        fill_own(p, out + l->displs[p->rank], count, 5);
    else
        fill_own(p, in, count, 5);
}

static void gather(struct place *p, int root)
{
    struct layout l = make_layout(p, p->peers, by_rank);
    const int own = by_rank(p, p->rank);
    const void *from = p->in_place && is_root(p, root) ? MPI_IN_PLACE : in;
    EACH_FORM(p, prepare_gather(p, &l, root, own), Gatherv, gatherv,
              (from, own, MPI_INT, out, l.counts, l.displs, MPI_INT, root,
               p->comm),
              (from, own, MPI_INT, out, l.large_counts, l.large_displs,
               MPI_INT, root, p->comm));
    if (is_root(p, root))
        check_layout(p, &l, out, 5);
    l = make_layout(p, p->peers, equal);
    for (int i = 0; i < p->peers; i++)
        l.displs[i] = i * p->scale;
    EACH_FORM(p, prepare_gather(p, &l, root, p->scale), Gather, gather,
              (from, p->scale, MPI_INT, out, p->scale, MPI_INT, root, p->comm),
              (from, p->scale, MPI_INT, out, p->scale, MPI_INT, root,
               p->comm));
    for (int i = 0; is_root(p, root) && i < p->peers; i++)
        check_block(out + l.displs[i], p->scale, i, 5);
}

static void prepare_scatter(const struct place *p, const struct layout *l,
                            int root)
{
    clear(out, p->scale * 4);
    clear(in, l->total);
    for (int i = 0; is_root(p, root) && i < p->peers; i++)
        fill_own(p, in + l->displs[i], l->counts[i], i);
}

static void scatter(struct place *p, int root, int root_rank)
{
    struct layout l = make_layout(p, p->peers, by_rank);
    const int own = by_rank(p, p->rank);
    void *to = p->in_place && is_root(p, root) ? MPI_IN_PLACE : out;
    EACH_FORM(p, prepare_scatter(p, &l, root), Scatterv, scatterv,
              (in, l.counts, l.displs, MPI_INT, to, own, MPI_INT, root,
               p->comm),
              (in, l.large_counts, l.large_displs, MPI_INT, to, own, MPI_INT,
               root, p->comm));
    if (is_leaf(root) && to == out)
        check_block(out, own, root_rank, p->rank);
    l = make_layout(p, p->peers, equal);
    for (int i = 0; i < p->peers; i++)
        l.displs[i] = i * p->scale;
    EACH_FORM(p, prepare_scatter(p, &l, root), Scatter, scatter,
              (in, p->scale, MPI_INT, to, p->scale, MPI_INT, root, p->comm),
              (in, p->scale, MPI_INT, to, p->scale, MPI_INT, root, p->comm));
    if (is_leaf(root) && to == out)
        check_block(out, p->scale, root_rank, p->rank);
}

static void bcast(struct place *p, int root, int root_rank)
{
    const int count = 3 * p->scale;
#define PREPARE                                                                \
    do {                                                                       \
        clear(in, count);                                                      \
        if (is_root(p, root))                                                  \
            fill_own(p, in, count, 6);                                         \
    } while (0)
    EACH_FORM(p, PREPARE, Bcast, bcast, (in, count, MPI_INT, root, p->comm),
              (in, count, MPI_INT, root, p->comm));
#undef PREPARE
    if (is_leaf(root))
        check_block(in, count, root_rank, 6);
}

static void rooted(struct place *p)
{
    for (int group = 0; group <= p->is_inter; group++) {
        /* Which group the root is in: both sides must name it alike. */
        int low = 0, mine;
        if (p->is_inter) {
            int world;
            MPI_Comm_rank(MPI_COMM_WORLD, &world);
            low = world == p->rank; /* the low group begins at rank 0 */
        }
        mine = !p->is_inter || low == group;
        const int ranks = mine ? p->size : p->peers;
        for (int r = 0; r < ranks; r += root_step(p)) {
            const int root = root_of(p, r, mine);
            gather(p, root);
            scatter(p, root, r);
            bcast(p, root, r);
        }
    }
}

static void prepare_allgather(const struct place *p, const struct layout *l,
                              int count)
{
    clear(out, l->total);
    fill_own(p, p->in_place ? out + l->displs[p->rank] : in, count, 5);
}

static void allgather(struct place *p)
{
    struct layout l = make_layout(p, p->peers, by_rank);
    const int own = by_rank(p, p->rank);
    const void *from = p->in_place ? MPI_IN_PLACE : in;
    EACH_FORM(p, prepare_allgather(p, &l, own), Allgatherv, allgatherv,
              (from, own, MPI_INT, out, l.counts, l.displs, MPI_INT, p->comm),
              (from, own, MPI_INT, out, l.large_counts, l.large_displs,
               MPI_INT, p->comm));
    check_layout(p, &l, out, 5);
    l = make_layout(p, p->peers, equal);
    for (int i = 0; i < p->peers; i++)
        l.displs[i] = i * p->scale;
    EACH_FORM(p, prepare_allgather(p, &l, p->scale), Allgather, allgather,
              (from, p->scale, MPI_INT, out, p->scale, MPI_INT, p->comm),
              (from, p->scale, MPI_INT, out, p->scale, MPI_INT, p->comm));
    for (int i = 0; i < p->peers; i++)
        check_block(out + l.displs[i], p->scale, i, 5);
}

static void prepare_alltoall(const struct place *p, const struct layout *l)
{
    clear(out, l->total);
    clear(in, l->total);
    for (int i = 0; i < p->peers; i++)
        fill_own(p, (p->in_place ? out : in) + l->displs[i], l->counts[i], i);
}

static void alltoall(struct place *p)
{
    struct layout l = make_layout(p, p->peers, by_pair);
    const void *from = p->in_place ? MPI_IN_PLACE : in;
    EACH_FORM(p, prepare_alltoall(p, &l), Alltoallv, alltoallv,
              (from, l.counts, l.displs, MPI_INT, out, l.counts, l.displs,
               MPI_INT, p->comm),
              (from, l.large_counts, l.large_displs, MPI_INT, out,
               l.large_counts, l.large_displs, MPI_INT, p->comm));
    check_layout(p, &l, out, p->rank);
    EACH_FORM(p, prepare_alltoall(p, &l), Alltoallw, alltoallw,
              (from, l.counts, l.bytes, l.types, out, l.counts, l.bytes,
               l.types, p->comm),
              (from, l.large_counts, l.large_bytes, l.types, out,
               l.large_counts, l.large_bytes, l.types, p->comm));
    check_layout(p, &l, out, p->rank);
    l = make_layout(p, p->peers, equal);
    for (int i = 0; i < p->peers; i++)
        l.displs[i] = i * p->scale;
    EACH_FORM(p, prepare_alltoall(p, &l), Alltoall, alltoall,
              (from, p->scale, MPI_INT, out, p->scale, MPI_INT, p->comm),
              (from, p->scale, MPI_INT, out, p->scale, MPI_INT, p->comm));
    for (int i = 0; i < p->peers; i++)
        check_block(out + l.displs[i], p->scale, i, p->rank);
}

/* Nobody leaves before all have come: a message sent before it is there. */
static void barrier(struct place *p)
{
    MPI_Request request = MPI_REQUEST_NULL;
    if (p->form == BLOCKING || p->form == BLOCKING_C) {
        MPI_Barrier(p->comm);
    } else if (p->form == STARTED || p->form == STARTED_C) {
        MPI_Ibarrier(p->comm, &request);
    } else {
        MPI_Barrier_init(p->comm, MPI_INFO_NULL, &request);
        MPI_Start(&request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        MPI_Start(&request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        MPI_Request_free(&request);
    }
    MPI_Wait(&request, MPI_STATUS_IGNORE);
}

static void each(struct place *p)
{
    rooted(p);
    allgather(p);
    alltoall(p);
    barrier(p);
}

int main(void)
{
    in = malloc(64 * 4 * 6000 * sizeof *in);
    out = malloc(64 * 4 * 6000 * sizeof *out);
    CHECK(in && out);
    try_places(each);
    MPI_Finalize();
    free(in);
    free(out);
    return 0;
}
