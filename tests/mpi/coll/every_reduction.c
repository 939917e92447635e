/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reductions in every form: sums of a predefined type, and products of
 * matrices, whose order matters, of a derived type with gaps.
 *
 * ranks: 1 2 3 4 7
 * timeout: 120
 */
#include "forms.h"

enum { MATRIX = 4, WIDTH = MATRIX + 1 /* unsigned from one to the next */ };

/* An operation with what it reduces. */
struct reduction {
    MPI_Datatype type;
    MPI_Op op;
    int is_matrix;
    int width; /* words from one element to the next */
};

static unsigned *in, *out, *wanted;
static struct reduction now;

static void multiply(unsigned *sum, const unsigned *higher)
{
    const unsigned left[MATRIX] = { sum[0], sum[1], sum[2], sum[3] };
    for (int row = 0; row < 2; row++)
        for (int col = 0; col < 2; col++)
            sum[2 * row + col] = left[2 * row] * higher[col] +
                                 left[2 * row + 1] * higher[2 + col];
}

static void multiply_all(void *a, void *b, int *len, MPI_Datatype *type)
{
    unsigned *left = a, *right = b;
    (void)type;
    for (int i = 0; i < *len; i++) {
        unsigned product[MATRIX];
        memcpy(product, left + i * WIDTH, sizeof product);
        multiply(product, right + i * WIDTH);
        memcpy(right + i * WIDTH, product, sizeof product);
    }
}

static unsigned input(int rank, int word)
{
    return (unsigned)(rank + 2) * 2654435761u + (unsigned)word * 40503u;
}

/* Of elements [first, first + count), the contribution of a rank. */
static void fill(unsigned *data, int rank, int first, int count)
{
    for (int i = 0; i < count * now.width; i++)
        data[i] = input(rank, first * now.width + i);
}

/* wanted = the reduction over ranks 0 to last. */
static void expect(int last, int first, int count)
{
    fill(wanted, 0, first, count);
    for (int r = 1; r <= last; r++)
        for (int i = 0; i < count; i++) {
            unsigned next[WIDTH], *sum = wanted + i * now.width;
            for (int k = 0; k < now.width; k++)
                next[k] = input(r, (first + i) * now.width + k);
            if (now.is_matrix)
                multiply(sum, next);
            else
                for (int k = 0; k < now.width; k++)
                    sum[k] += next[k];
        }
}

/* The fifth word of an element is a gap where matrices are meant. */
static void check(const unsigned *data, int count)
{
    for (int i = 0; i < count; i++)
        CHECK(memcmp(data + i * now.width, wanted + i * now.width,
                     (size_t)(now.is_matrix ? MATRIX : 1) * sizeof *data) == 0);
}

static void prepare(const struct place *p, int count, int in_place)
{
    memset(out, 0x55, (size_t)count * (size_t)now.width * sizeof *out);
    fill(in_place ? out : in, p->rank, 0, count);
}

static void to_one(struct place *p, int root)
{
    const int count = p->scale, size = p->is_inter ? p->peers : p->size;
    const int receives = p->is_inter ? root == MPI_ROOT : root == p->rank;
    const int in_place = p->in_place && receives;
    const void *from = in_place ? MPI_IN_PLACE : in;
    EACH_FORM(p, prepare(p, count, in_place), Reduce, reduce,
              (from, out, count, now.type, now.op, root, p->comm),
              (from, out, count, now.type, now.op, root, p->comm));
    if (receives) {
        expect(size - 1, 0, count);
        check(out, count);
    }
}

static void to_each_root(struct place *p)
{
    if (!p->is_inter) {
        for (int root = 0; root < p->size; root += root_step(p))
            to_one(p, root);
        return;
    }
    int world;
    MPI_Comm_rank(MPI_COMM_WORLD, &world);
    const int is_low = world == p->rank;
    for (int low = 0; low < 2; low++) {
        const int mine = low == is_low;
        const int ranks = mine ? p->size : p->peers;
        for (int r = 0; r < ranks; r += root_step(p))
            to_one(p, !mine ? r : r == p->rank ? MPI_ROOT : MPI_PROC_NULL);
    }
}

static void to_all(struct place *p)
{
    const int count = p->scale;
    const void *from = p->in_place ? MPI_IN_PLACE : in;
    EACH_FORM(p, prepare(p, count, p->in_place), Allreduce, allreduce,
              (from, out, count, now.type, now.op, p->comm),
              (from, out, count, now.type, now.op, p->comm));
    expect(p->peers - 1, 0, count);
    check(out, count);
}

static void up_to_each(struct place *p)
{
    const int count = p->scale;
    const void *from = p->in_place ? MPI_IN_PLACE : in;
    EACH_FORM(p, prepare(p, count, p->in_place), Scan, scan,
              (from, out, count, now.type, now.op, p->comm),
              (from, out, count, now.type, now.op, p->comm));
    expect(p->rank, 0, count);
    check(out, count);
    EACH_FORM(p, prepare(p, count, p->in_place), Exscan, exscan,
              (from, out, count, now.type, now.op, p->comm),
              (from, out, count, now.type, now.op, p->comm));
    if (p->rank == 0)
        return;
    expect(p->rank - 1, 0, count);
    check(out, count);
}

/* Shares of a whole that both groups have alike: rank 0 gets what is left. */
static void shared_out(struct place *p)
{
    const int whole = (p->size + p->peers) * p->scale;
    const void *from = p->in_place ? MPI_IN_PLACE : in;
    int counts[64], first = 0, rest = whole;
    MPI_Count large[64];
    for (int i = p->size - 1; i >= 0; i--) {
        counts[i] = i > 0 ? i % 3 * p->scale / 2 : rest;
        large[i] = counts[i];
        rest -= counts[i];
    }
    for (int i = 0; i < p->rank; i++)
        first += counts[i];
    EACH_FORM(p, prepare(p, whole, p->in_place), Reduce_scatter,
              reduce_scatter,
              (from, out, counts, now.type, now.op, p->comm),
              (from, out, large, now.type, now.op, p->comm));
    expect(p->peers - 1, first, counts[p->rank]);
    check(out, counts[p->rank]);
}

static void shared_evenly(struct place *p)
{
    const int each = p->peers * p->scale, whole = each * p->size;
    const void *from = p->in_place ? MPI_IN_PLACE : in;
    EACH_FORM(p, prepare(p, whole, p->in_place), Reduce_scatter_block,
              reduce_scatter_block,
              (from, out, each, now.type, now.op, p->comm),
              (from, out, each, now.type, now.op, p->comm));
    expect(p->peers - 1, p->rank * each, each);
    check(out, each);
}

static void each(struct place *p)
{
    struct place small = *p;
    if (small.scale > 1000) /* in elements of 5 words, P * P of them */
        small.scale = 700;
    to_each_root(&small);
    to_all(&small);
    shared_out(&small);
    shared_evenly(&small);
    if (!p->is_inter)
        up_to_each(&small);
}

static void sums(struct place *p)
{
    now = (struct reduction){ MPI_UNSIGNED, MPI_SUM, 0, 1 };
    each(p);
}

static void products(struct place *p)
{
    MPI_Datatype packed;
    now.is_matrix = 1;
    now.width = WIDTH;
    MPI_Type_contiguous(MATRIX, MPI_UNSIGNED, &packed);
    MPI_Type_create_resized(packed, 0, WIDTH * sizeof(unsigned), &now.type);
    MPI_Type_commit(&now.type);
    MPI_Op_create(multiply_all, 0, &now.op);
    each(p);
    MPI_Op_free(&now.op);
    MPI_Type_free(&now.type);
    MPI_Type_free(&packed);
}

static void both(struct place *p)
{
    sums(p);
    products(p);
}

int main(void)
{
    const size_t bytes = 64 * 64 * 700 * WIDTH * sizeof *in;
    in = malloc(bytes);
    out = malloc(bytes);
    wanted = malloc(bytes);
    CHECK(in && out && wanted);
    try_places(both);
    MPI_Finalize();
    free(in);
    free(out);
    free(wanted);
    return 0;
}
