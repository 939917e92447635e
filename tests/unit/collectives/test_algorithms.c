/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every algorithm of every collective against what the standard says must
 * come out: 1 to 17 ranks, several sizes, roots, layouts, in place or not, over
 * networks that delay, refuse and split messages.
 */
#include <stdlib.h>
#include <string.h>

#include "collectives/select.h"
#include "tests/support/suite.h"
#include "tests/unit/collectives/coll_job.h"

enum { PAIR = 2, FULL_RANKS = 8 /* tried with everything */, MAX_RANKS = 17 };

static const struct fake_options networks[] = {
    { .seed = 1, .late_get = true },
    { .seed = 2, .no_get = true, .max_packet_bytes = 256, .capacity = 2 },
    { .seed = 3, .max_packet_bytes = 512, .delay = 7, .busy_percent = 30 },
};
static const MPI_Count counts[] = { 0, 1, 3, 17, 700 };

static struct fake_job job;

/* One operation to try. */
struct trial {
    enum collective kind;
    const struct algorithm *algorithm;
    MPI_Count count; /* of pairs in a block */
    int root;
    bool is_in_place;
    struct mpi_datatype *send_type;
    struct mpi_datatype *recv_type;
    struct coll_args args[MAX_RANKS];
    struct buffer send[MAX_RANKS];
    struct buffer recv[MAX_RANKS];
};

/* The block that rank `from` has for rank `to`; the caller frees it. */
static int *block(const struct trial *t, int from, int to)
{
    size_t ints = (size_t)t->count * PAIR;
    int *data = malloc(ints * sizeof *data + 1);
    for (size_t i = 0; i < ints; i++)
        data[i] = from * 1000003 + to * 1009 + (int)i;
    return data;
}

static void put(const struct trial *t, struct buffer *b, int slot, int from,
                int to)
{
    int *data = block(t, from, to);
    buffer_put(b, slot * t->count, data, t->count);
    free(data);
}

static void want(const struct trial *t, struct buffer *b, int slot, int from,
                 int to)
{
    int *data = block(t, from, to);
    buffer_want(b, slot * t->count, data, t->count);
    free(data);
}

/* Blocks in the send and receive buffer of a rank, 0: not significant. */
static void shape(const struct trial *t, int rank, int *sent, int *received)
{
    const bool is_root = rank == t->root;
    const int all = job.count;
    *sent = 1;
    *received = 1;
    switch (t->kind) {
    case COLL_BCAST: *sent = 0; break;
    case COLL_GATHER: *received = is_root ? all : 0; break;
    case COLL_SCATTER: *sent = is_root ? all : 0; break;
    case COLL_ALLGATHER: *received = all; break;
    case COLL_ALLTOALL: *sent = *received = all; break;
    default: break;
    }
}

/* What this rank contributes, wherever that stands. */
static void put_input(struct trial *t, int rank)
{
    struct buffer *send = &t->send[rank];
    struct buffer *recv = &t->recv[rank];
    const bool is_placed = t->args[rank].send.address == MPI_IN_PLACE;
    switch (t->kind) {
    case COLL_BCAST:
        if (rank == t->root)
            put(t, recv, 0, rank, 0);
        break;
    case COLL_SCATTER:
        for (int to = 0; rank == t->root && to < job.count; to++)
            put(t, send, to, rank, to);
        break;
    case COLL_ALLTOALL:
        for (int to = 0; to < job.count; to++)
            put(t, is_placed ? recv : send, to, rank, to);
        break;
    default: /* gather, allgather */
        put(t, is_placed ? recv : send, is_placed ? rank : 0, rank, 0);
        break;
    }
}

static void want_output(struct trial *t, int rank)
{
    struct buffer *recv = &t->recv[rank];
    switch (t->kind) {
    case COLL_BCAST:
        want(t, recv, 0, t->root, 0);
        break;
    case COLL_SCATTER:
        if (t->args[rank].recv.address != MPI_IN_PLACE)
            want(t, recv, 0, t->root, rank);
        break;
    case COLL_GATHER:
        for (int from = 0; rank == t->root && from < job.count; from++)
            want(t, recv, from, from, 0);
        break;
    default:
        for (int from = 0; from < job.count; from++)
            want(t, recv, from, from, t->kind == COLL_ALLTOALL ? rank : 0);
        break;
    }
}

static void prepare(struct trial *t, int rank)
{
    int sent, received;
    shape(t, rank, &sent, &received);
    const bool is_root = rank == t->root;
    struct coll_args *a = &t->args[rank];
    t->send[rank] = buffer_make(sent * t->count, t->send_type);
    t->recv[rank] = buffer_make(received * t->count, t->recv_type);
    *a = (struct coll_args){ .kind = t->kind, .root = t->root,
                             .comm = &job.comm[rank] };
    if (sent)
        a->send = t->send[rank].span;
    if (received)
        a->recv = t->recv[rank].span;
    a->send.count = a->recv.count = t->count;
    if (t->is_in_place && t->kind == COLL_SCATTER && is_root)
        a->recv = (struct span){ MPI_IN_PLACE, 0, NULL };
    else if (t->is_in_place && t->kind != COLL_SCATTER &&
             (t->kind != COLL_GATHER || is_root))
        a->send = (struct span){ MPI_IN_PLACE, 0, NULL };
    put_input(t, rank);
}

static void run_trial(struct trial *t)
{
    int errors[MAX_RANKS];
    for (int rank = 0; rank < job.count; rank++) {
        prepare(t, rank);
        want_output(t, rank);
    }
    if (!t->algorithm->suits || t->algorithm->suits(&t->args[0]))
        coll_job_run(&job, t->algorithm, t->args, errors);
    else
        goto free_buffers;
    for (int rank = 0; rank < job.count; rank++) {
        ck_assert_int_eq(errors[rank], MPI_SUCCESS);
        ck_assert_msg(buffer_is_right(&t->recv[rank]) &&
                          buffer_is_right(&t->send[rank]),
                      "%s %s: rank %d of %d, root %d, %d pairs%s",
                      collective_name(t->kind), t->algorithm->name, rank,
                      job.count, t->root, (int)t->count,
                      t->is_in_place ? ", in place" : "");
    }
free_buffers:
    for (int rank = 0; rank < job.count; rank++) {
        buffer_free(&t->send[rank]);
        buffer_free(&t->recv[rank]);
    }
}

static void try_roots_and_places(struct trial *t)
{
    const bool is_rooted = t->kind == COLL_BCAST || t->kind == COLL_GATHER ||
                           t->kind == COLL_SCATTER;
    const int step = job.count > FULL_RANKS ? 7 : 1;
    for (int root = 0; root < (is_rooted ? job.count : 1); root += step)
        for (int place = 0; place < 2; place++) {
            t->root = root;
            t->is_in_place = place;
            run_trial(t);
        }
}

static void try_layouts(struct trial *t)
{
    struct mpi_datatype *types[] = { make_dense_type(), make_spread_type() };
    for (int layout = job.count > FULL_RANKS ? 2 : 0; layout < 4; layout++) {
        t->send_type = types[layout / 2];
        t->recv_type = types[layout % 2];
        try_roots_and_places(t);
    }
    datatype_release(types[0]);
    datatype_release(types[1]);
}

/* _i: network and number of ranks. */
static void try_collective(enum collective kind, int i)
{
    coll_job_init(&job, 1 + i % MAX_RANKS, &networks[i / MAX_RANKS]);
    for (const struct algorithm *a = select_list(kind); a->name; a++)
        for (size_t c = job.count > FULL_RANKS ? 2 : 0;
             c < sizeof counts / sizeof counts[0]; c++)
            try_layouts(&(struct trial){
                .kind = kind, .algorithm = a, .count = counts[c] });
    coll_job_fini(&job);
}

START_TEST(bcast_brings_the_roots_message_to_all)
{
    try_collective(COLL_BCAST, _i);
}
END_TEST

START_TEST(gather_collects_blocks_in_rank_order)
{
    try_collective(COLL_GATHER, _i);
}
END_TEST

START_TEST(scatter_gives_each_rank_its_block)
{
    try_collective(COLL_SCATTER, _i);
}
END_TEST

START_TEST(allgather_collects_at_every_rank)
{
    try_collective(COLL_ALLGATHER, _i);
}
END_TEST

START_TEST(alltoall_exchanges_every_pair_of_blocks)
{
    try_collective(COLL_ALLTOALL, _i);
}
END_TEST

int main(void)
{
    const int networks_times_ranks =
        MAX_RANKS * (int)(sizeof networks / sizeof networks[0]);
    TCase *t = tcase_create("algorithms");
    tcase_set_timeout(t, 120);
#define ADD(test) tcase_add_loop_test(t, test, 0, networks_times_ranks)
    ADD(bcast_brings_the_roots_message_to_all);
    ADD(gather_collects_blocks_in_rank_order);
    ADD(scatter_gives_each_rank_its_block);
    ADD(allgather_collects_at_every_rank);
    ADD(alltoall_exchanges_every_pair_of_blocks);
    return suite_run("algorithms", t);
}
