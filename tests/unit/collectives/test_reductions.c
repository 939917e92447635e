/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every algorithm of the reductions: sums, and products of matrices, which tell
 * the order of the operands; 1 to 17 ranks, every root, in place or not.
 */
#include <stdlib.h>
#include <string.h>

#include "collectives/select.h"
#include "runtime/objects/flatten.h"
#include "runtime/objects/pack.h"
#include "runtime/objects/type_create.h"
#include "tests/support/suite.h"
#include "tests/unit/collectives/coll_job.h"

enum {
    FULL_RANKS = 8, /* tried with everything */
    MAX_RANKS = 17,
    MATRIX = 4      /* 2 x 2 unsigned */
};

static const struct fake_options networks[] = {
    { .seed = 1, .late_get = true },
    { .seed = 2, .max_packet_bytes = 512, .delay = 7, .busy_percent = 30 },
};
static const MPI_Count counts[] = { 0, 1, 2, 7, 9, 18, 100, 3000 };

static struct fake_job job;

struct trial {
    enum collective kind;
    const struct algorithm *algorithm;
    MPI_Count count;
    int root;
    bool is_in_place;
    struct mpi_datatype *type;
    struct mpi_op *op;
    /* Combine the operand of a higher rank into sum; packed, one element. */
    void (*combine)(unsigned *sum, const unsigned *higher);
    struct coll_args args[MAX_RANKS];
    struct buffer send[MAX_RANKS];
    struct buffer recv[MAX_RANKS];
};

static void add(unsigned *sum, const unsigned *higher)
{
    *sum += *higher;
}

static void multiply(unsigned *sum, const unsigned *higher)
{
    const unsigned left[MATRIX] = { sum[0], sum[1], sum[2], sum[3] };
    for (int row = 0; row < 2; row++)
        for (int col = 0; col < 2; col++)
            sum[2 * row + col] = left[2 * row] * higher[col] +
                                 left[2 * row + 1] * higher[2 + col];
}

/* As a user writes it, for elements that are an extent apart. */
static void multiply_all(void *in, void *inout, int *len, MPI_Datatype *type)
{
    const MPI_Aint extent = datatype_find(*type)->extent;
    for (int i = 0; i < *len; i++) {
        unsigned *left = (unsigned *)((char *)in + i * extent);
        unsigned *right = (unsigned *)((char *)inout + i * extent);
        unsigned product[MATRIX];
        memcpy(product, left, sizeof product);
        multiply(product, right);
        memcpy(right, product, sizeof product);
    }
}

static unsigned *input(const struct trial *t, int rank)
{
    size_t words = (size_t)t->count * t->type->size / sizeof(unsigned);
    unsigned *data = malloc(words * sizeof *data + 1);
    for (size_t i = 0; i < words; i++)
        data[i] = (unsigned)(rank + 2) * 2654435761u + (unsigned)i * 40503u;
    return data;
}

/* Over the ranks 0 to last. */
static unsigned *result(const struct trial *t, int last)
{
    const size_t step = t->type->size / sizeof(unsigned);
    unsigned *sum = input(t, 0);
    for (int rank = 1; rank <= last; rank++) {
        unsigned *next = input(t, rank);
        for (MPI_Count i = 0; i < t->count; i++)
            t->combine(sum + (size_t)i * step, next + (size_t)i * step);
        free(next);
    }
    return sum;
}

static bool is_scattered(const struct trial *t)
{
    return t->kind == COLL_REDUCE_SCATTER_BLOCK;
}

/* What must come out at a rank. */
static void want_result(struct trial *t, int rank)
{
    const bool is_scan = t->kind == COLL_SCAN || t->kind == COLL_EXSCAN;
    const int last = rank - (t->kind == COLL_EXSCAN);
    if (last < 0) /* nothing */
        return;
    unsigned *sum = result(t, is_scan ? last : job.count - 1);
    const MPI_Count share = t->count / job.count;
    const size_t words = t->type->size / sizeof(unsigned);
    if (is_scattered(t))
        buffer_want(&t->recv[rank], 0,
                    sum + (size_t)(rank * share) * words, share);
    else
        buffer_want(&t->recv[rank], 0, sum, t->count);
    free(sum);
}

/* In place, what a reduce_scatter leaves behind its result is anything. */
static void forget_rest(struct trial *t, int rank)
{
    struct buffer *b = &t->recv[rank];
    const MPI_Count share = t->count / job.count;
    unsigned *rest = malloc((size_t)t->count * t->type->size + 1);
    for (MPI_Count i = share; i < t->count; i++) {
        struct span one = span_at(b->span, i, 1);
        pack_bytes(rest, one.address, one.type, 0, one.type->size);
        buffer_want(b, i, rest, 1);
    }
    free(rest);
}

static void prepare(struct trial *t, int rank)
{
    const bool wants = t->kind != COLL_REDUCE || rank == t->root;
    const bool is_placed = wants && t->is_in_place;
    unsigned *data = input(t, rank);
    t->send[rank] = buffer_make(t->count, t->type);
    t->recv[rank] = buffer_make(t->count, t->type);
    buffer_put(is_placed ? &t->recv[rank] : &t->send[rank], 0, data, t->count);
    if (wants)
        want_result(t, rank);
    t->args[rank] = (struct coll_args){
        .kind = t->kind, .root = t->root, .comm = &job.comm[rank],
        .op = t->op, .send = t->send[rank].span,
    };
    if (is_placed)
        t->args[rank].send = (struct span){ MPI_IN_PLACE, 0, NULL };
    if (wants)
        t->args[rank].recv = t->recv[rank].span;
    if (is_scattered(t))
        t->args[rank].recv.count = t->count / job.count;
    free(data);
}

static void check_and_free(struct trial *t, const int *errors)
{
    for (int rank = 0; rank < job.count; rank++) {
        ck_assert_int_eq(errors[rank], MPI_SUCCESS);
        if (is_scattered(t) && t->is_in_place)
            forget_rest(t, rank);
        ck_assert_msg(buffer_is_right(&t->recv[rank]) &&
                          buffer_is_right(&t->send[rank]),
                      "%s %s: rank %d of %d, root %d, %d elements%s%s",
                      collective_name(t->kind), t->algorithm->name, rank,
                      job.count, t->root, (int)t->count,
                      t->op->is_commutative ? "" : ", in order",
                      t->is_in_place ? ", in place" : "");
        buffer_free(&t->send[rank]);
        buffer_free(&t->recv[rank]);
    }
}

static void run_trial(struct trial *t)
{
    int errors[MAX_RANKS];
    for (int rank = 0; rank < job.count; rank++)
        prepare(t, rank);
    coll_job_run(&job, t->algorithm, t->args, errors);
    check_and_free(t, errors);
}

static void try_all(struct trial *t)
{
    const int roots = t->kind == COLL_REDUCE ? job.count : 1;
    const bool is_large = job.count > FULL_RANKS;
    for (size_t c = is_large ? 4 : 0; c < sizeof counts / sizeof counts[0];
         c++)
        for (int root = 0; root < roots; root += is_large ? 7 : 1)
            for (int place = 0; place < 2; place++) {
                t->count = counts[c];
                if (is_scattered(t)) /* whole shares */
                    t->count -= t->count % job.count;
                t->root = root;
                t->is_in_place = place;
                run_trial(t);
            }
}

static bool is_for(const struct algorithm *algorithm, const struct trial *t)
{
    const struct coll_args a = { .kind = t->kind, .comm = &job.comm[0],
                                 .op = t->op, .send = { .type = t->type },
                                 .recv = { .type = t->type } };
    return !algorithm->suits || algorithm->suits(&a);
}

static void try_algorithms(struct trial *t)
{
    static const enum collective kinds[] = {
        COLL_REDUCE, COLL_ALLREDUCE, COLL_REDUCE_SCATTER_BLOCK, COLL_SCAN,
        COLL_EXSCAN };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        t->kind = kinds[k];
        for (t->algorithm = select_list(t->kind); t->algorithm->name;
             t->algorithm++)
            if (is_for(t->algorithm, t))
                try_all(t);
    }
}

START_TEST(sums_are_right)
{
    coll_job_init(&job, 1 + _i % MAX_RANKS, &networks[_i / MAX_RANKS]);
    try_algorithms(&(struct trial){
        .type = datatype_find(MPI_UINT32_T), .op = op_find(MPI_SUM),
        .combine = add });
    coll_job_fini(&job);
}
END_TEST

/* Matrices that lie 24 bytes apart. */
static struct mpi_datatype *make_matrix_type(void)
{
    const struct piece piece = { .type = datatype_find(MPI_UINT32_T),
                                 .count = 1, .length = MATRIX };
    struct mpi_datatype *regular, *type;
    ck_assert_int_eq(type_regular(&piece, &regular), MPI_SUCCESS);
    ck_assert_int_eq(type_resized(regular, 0, 24, &type), MPI_SUCCESS);
    ck_assert_int_eq(handle_add(&type->object), MPI_SUCCESS);
    datatype_release(regular);
    return type;
}

START_TEST(operands_keep_rank_order)
{
    coll_job_init(&job, 1 + _i % MAX_RANKS, &networks[_i / MAX_RANKS]);
    struct mpi_op *op;
    ck_assert_int_eq(op_create(false, &op), MPI_SUCCESS);
    op->user = multiply_all;
    struct mpi_datatype *type = make_matrix_type();
    try_algorithms(&(struct trial){ .type = type, .op = op,
                                    .combine = multiply });
    datatype_release(type);
    op_release(op);
    coll_job_fini(&job);
}
END_TEST

int main(void)
{
    const int all = MAX_RANKS * (int)(sizeof networks / sizeof networks[0]);
    TCase *t = tcase_create("reductions");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, sums_are_right, 0, all);
    tcase_add_loop_test(t, operands_keep_rank_order, 0, all);
    return suite_run("reductions", t);
}
