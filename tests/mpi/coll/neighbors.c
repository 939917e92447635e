/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbourhood collectives in every form on grids, round in one dimension and
 * not in the other, some so small that both neighbours are one rank; on graphs
 * with edges to itself and several between two ranks.
 *
 * ranks: 1 2 3 4 6
 * timeout: 120
 */
#include "forms.h"

enum { MOST = 64 };

/* Whom we talk to, as the topology functions tell. */
struct edges {
    int in_count, out_count;
    int sources[MOST], destinations[MOST];
    /* Which block of the source's the i-th block received is. */
    int slots[MOST];
};

static int *in, *out;
static struct edges e;

static void read_grid(MPI_Comm comm)
{
    int ndims;
    MPI_Cartdim_get(comm, &ndims);
    e.in_count = e.out_count = 2 * ndims;
    for (int d = 0; d < ndims; d++)
        MPI_Cart_shift(comm, d, 1, &e.sources[2 * d], &e.sources[2 * d + 1]);
    for (int i = 0; i < e.in_count; i++) {
        e.destinations[i] = e.sources[i];
        e.slots[i] = i ^ 1; /* it sent that upwards, if it lies below */
    }
}

/* Edges from a rank to itself, twice, and to the next one, twice. */
static void make_graph(int rank, int size, MPI_Comm *comm)
{
    const int next = (rank + 1) % size, last = (rank + size - 1) % size;
    e = (struct edges){ .in_count = 4, .out_count = 4,
                        .sources = { rank, last, rank, last },
                        .destinations = { next, rank, rank, next } };
    /* Of the edges between two ranks, the first meets the first. */
    const int weights[] = { 1, 1, 1, 1 };
    const int alone[] = { 0, 1, 2, 3 }, ring[] = { 1, 0, 2, 3 };
    memcpy(e.slots, size == 1 ? alone : ring, sizeof ring);
    MPI_Dist_graph_create_adjacent(MPI_COMM_WORLD, 4, e.sources, weights, 4,
                                   e.destinations, weights, MPI_INFO_NULL, 0,
                                   comm);
}

static int count_of(const struct place *p, int from, int slot)
{
    return (from + slot) % 3 * p->scale;
}

/* What a rank sends in a slot, or, slot 0, to all. */
static void fill_slot(const struct place *p, int *data, int count, int slot)
{
    for (int i = 0; i < count; i++)
        data[i] = value_at(p->rank, slot, i);
}

static void prepare(const struct place *p, int each_own_block, int differ)
{
    for (int i = 0; i < MOST * p->scale; i++)
        out[i] = -7;
    for (int i = 0; i < (each_own_block ? e.out_count : 1); i++)
        fill_slot(p, in + i * 3 * p->scale,
                  differ ? count_of(p, p->rank, i) : 3 * p->scale, i);
}

static void check_slots(const struct place *p, int is_same, int differ)
{
    for (int i = 0; i < e.in_count; i++) {
        const int slot = is_same ? 0 : e.slots[i];
        const int *data = out + i * 3 * p->scale;
        int count = differ ? count_of(p, e.sources[i], slot) : 3 * p->scale;
        if (e.sources[i] == MPI_PROC_NULL)
            count = 0;
        check_block(data, count, e.sources[i], slot);
        for (int k = count; k < 3 * p->scale; k++)
            CHECK(data[k] == -7);
    }
}

struct arrays {
    int counts[MOST], displs[MOST];
    MPI_Count large_counts[MOST];
    MPI_Aint large_displs[MOST], bytes[MOST];
    MPI_Datatype types[MOST];
};

static void set(const struct place *p, struct arrays *a, int i, int count)
{
    a->large_counts[i] = a->counts[i] = count;
    a->large_displs[i] = a->displs[i] = i * 3 * p->scale;
    a->bytes[i] = a->displs[i] * (MPI_Aint)sizeof(int);
    a->types[i] = MPI_INT;
}

static void to_all(struct place *p)
{
    const int count = 3 * p->scale, own = count_of(p, p->rank, 0);
    struct arrays r;
    EACH_FORM(p, prepare(p, 0, 0), Neighbor_allgather, neighbor_allgather,
              (in, count, MPI_INT, out, count, MPI_INT, p->comm),
              (in, count, MPI_INT, out, count, MPI_INT, p->comm));
    check_slots(p, 1, 0);
    for (int i = 0; i < e.in_count; i++)
        set(p, &r, i, e.sources[i] < 0 ? 1 : count_of(p, e.sources[i], 0));
    EACH_FORM(p, prepare(p, 0, 1), Neighbor_allgatherv, neighbor_allgatherv,
              (in, own, MPI_INT, out, r.counts, r.displs, MPI_INT, p->comm),
              (in, own, MPI_INT, out, r.large_counts, r.large_displs, MPI_INT,
               p->comm));
    check_slots(p, 1, 1);
}

static void to_each(struct place *p)
{
    const int count = 3 * p->scale;
    struct arrays s, r;
    EACH_FORM(p, prepare(p, 1, 0), Neighbor_alltoall, neighbor_alltoall,
              (in, count, MPI_INT, out, count, MPI_INT, p->comm),
              (in, count, MPI_INT, out, count, MPI_INT, p->comm));
    check_slots(p, 0, 0);
    for (int i = 0; i < e.out_count; i++)
        set(p, &s, i, count_of(p, p->rank, i));
    for (int i = 0; i < e.in_count; i++)
        set(p, &r, i, e.sources[i] < 0 ? 1 : count_of(p, e.sources[i],
                                                      e.slots[i]));
    EACH_FORM(p, prepare(p, 1, 1), Neighbor_alltoallv, neighbor_alltoallv,
              (in, s.counts, s.displs, MPI_INT, out, r.counts, r.displs,
               MPI_INT, p->comm),
              (in, s.large_counts, s.large_displs, MPI_INT, out,
               r.large_counts, r.large_displs, MPI_INT, p->comm));
    check_slots(p, 0, 1);
    EACH_FORM(p, prepare(p, 1, 1), Neighbor_alltoallw, neighbor_alltoallw,
              (in, s.counts, s.bytes, s.types, out, r.counts, r.bytes,
               r.types, p->comm),
              (in, s.large_counts, s.bytes, s.types, out, r.large_counts,
               r.bytes, r.types, p->comm));
    check_slots(p, 0, 1);
}

static void each(struct place *p)
{
    if (p->in_place)
        return;
    to_all(p);
    to_each(p);
}

static void refusals(void)
{
    int data[2] = { 0 };
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    CHECK_ERROR(MPI_Neighbor_alltoall(data, 1, MPI_INT, data + 1, 1, MPI_INT,
                                      MPI_COMM_WORLD),
                MPI_ERR_TOPOLOGY);
}

int main(void)
{
    int rank, size, dims[2] = { 0, 0 };
    const int periods[2] = { 1, 0 };
    MPI_Comm comm;
    begin(&rank, &size);
    in = malloc(MOST * 6000 * sizeof *in);
    out = malloc(MOST * 6000 * sizeof *out);
    CHECK(in && out);
    for (int turn = 0; turn < 2; turn++) {
        dims[0] = dims[1] = 0;
        dims[turn] = turn; /* the second time, a dimension of one rank */
        MPI_Dims_create(size, 2, dims);
        MPI_Cart_create(MPI_COMM_WORLD, 2, dims, periods, 0, &comm);
        read_grid(comm);
        try_forms(place_of(comm, "grid"), each);
        MPI_Comm_free(&comm);
    }
    make_graph(rank, size, &comm);
    try_forms(place_of(comm, "graph"), each);
    MPI_Comm_free(&comm);
    refusals();
    MPI_Finalize();
    free(in);
    free(out);
    return 0;
}
