/* SPDX-License-Identifier: BSD-3-Clause */
/* Gets and puts over two rails, between two ranks of one machine. Skipped where
 * there are not two RDMA devices. */
#include "tests/unit/transport/verbs/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "tests/support/suite.h"
#include "transport/verbs/connection.h"
#include "transport/verbs/rail.h"
#include "transport/verbs/stripe.h"
#include "transport/verbs/track.h"

enum { BYTES = (1 << 20) + 777, SLICE = BYTES / 5 + 1 };

static unsigned char *mine, *theirs;

static struct track *track_of(const struct rank *r)
{
    return CONTAINER_OF(r->ep, struct connection, base)->track;
}

static void fill(unsigned char *at, unsigned seed)
{
    for (size_t i = 0; i < BYTES; i++)
        at[i] = (unsigned char)(seed + i * 7 + (i >> 9));
}

/* Five slices of r's memory and a run of the other's. */
struct job {
    struct rank *rank;
    struct region *local, *remote;
    struct slice slices[5];
    struct transfer transfer;
    struct wait wait;
    bool is_put;
};

static void start(struct job *j, struct rank *r, bool is_put, size_t bytes)
{
    *j = (struct job){ .rank = r, .is_put = is_put,
                       .wait.completion.done = note_done };
    j->local = retain(r, mine, BYTES, REGION_LOCAL);
    j->remote = retain(r == &a ? &b : &a, theirs, BYTES,
                       is_put ? REGION_TARGET : REGION_EXPOSED);
    unsigned count = 0;
    for (size_t at = 0; at < bytes; at += SLICE)
        j->slices[count++] = (struct slice){
            mine + at, bytes - at < SLICE ? bytes - at : SLICE };
    j->transfer = (struct transfer){
        .slices = j->slices, .slice_count = count, .bytes = bytes,
        .region = j->local, .remote_address = (uintptr_t)theirs,
        .remote_key = j->remote->key, .completion = &j->wait.completion };
    enum post post;
    while ((post = (is_put ? verbs_transport.put
                           : verbs_transport.get)(r->ep, &j->transfer)) ==
           POST_BUSY)
        poll_both();
    ck_assert_int_eq(post, POST_PENDING);
}

static void finish(struct job *j)
{
    while (!j->wait.times)
        poll_both();
    struct rank *other = j->rank == &a ? &b : &a;
    verbs_transport.release_region(j->rank->transport, j->local);
    verbs_transport.release_region(other->transport, j->remote);
    ck_assert_int_eq(j->wait.err, MPI_SUCCESS);
    ck_assert_int_eq(j->wait.times, 1);
    ck_assert_mem_eq(mine, theirs, j->transfer.bytes);
}

/* Move `bytes` and check them. */
static void move(struct rank *r, bool is_put, size_t bytes)
{
    static unsigned seed;
    struct job j;
    fill(is_put ? mine : theirs, ++seed);
    memset(is_put ? theirs : mine, 0, BYTES);
    start(&j, r, is_put, bytes);
    finish(&j);
}

/* The first long transfer asks for the track. */
static void bring_up(struct rank *r)
{
    move(r, false, BYTES);
    while (track_of(r)->state != TRACK_READY ||
           track_of(r == &a ? &b : &a)->state != TRACK_READY)
        poll_both();
}

static uint64_t counted(const struct rank *r, enum counter which)
{
    return r->process.counters->value[which];
}

static void open_pair(const char *regcache)
{
    settings.regcache = regcache;
    mine = malloc(BYTES);
    theirs = malloc(BYTES);
    open_both();
    stream(&a, &b, 1);
    stream(&b, &a, 1);
}

static void close_pair(void)
{
    close_both();
    free(mine);
    free(theirs);
}

START_TEST(long_gets_go_by_both)
{
    open_pair("keep");
    bring_up(&a);
    uint32_t before = track_of(&a)->requested;
    uint64_t read = counted(&a, COUNTER_RDMA_READ_BYTES);
    for (int i = 0; i < 5; i++)
        move(&a, false, BYTES);
    ck_assert_uint_eq(track_of(&a)->requested - before, 5);
    ck_assert_uint_eq(counted(&a, COUNTER_RDMA_READ_BYTES) - read,
                      5 * (uint64_t)BYTES);
    close_pair();
}
END_TEST

/* A write, and the read that proves it is in place. */
START_TEST(long_puts_go_by_both_and_are_flushed)
{
    open_pair("keep");
    bring_up(&a);
    uint32_t before = track_of(&a)->requested;
    for (int i = 0; i < 5; i++)
        move(&a, true, BYTES);
    ck_assert_uint_eq(track_of(&a)->requested - before, 10);
    ck_assert_uint_eq(counted(&a, COUNTER_RDMA_WRITE_BYTES),
                      5 * (uint64_t)BYTES);
    close_pair();
}
END_TEST

/* Whoever asked for the connection makes the track, so the other must tell. */
START_TEST(either_rank_gets_the_track_it_wants)
{
    struct rank *r = _i ? &b : &a;
    open_pair("keep");
    bring_up(r);
    uint32_t before = track_of(r)->requested;
    move(r, false, BYTES);
    ck_assert_uint_gt(track_of(r)->requested, before);
    close_pair();
}
END_TEST

START_TEST(short_transfers_go_by_the_first_or_where_less_is_under_way)
{
    static struct job jobs[8];
    open_pair("keep");
    bring_up(&a);
    uint32_t before = track_of(&a)->requested;
    move(&a, false, SPLIT_BYTES - 1);
    ck_assert_uint_eq(track_of(&a)->requested, before);
    fill(theirs, 77);
    for (size_t i = 0; i < ARRAY_COUNT(jobs); i++)
        start(&jobs[i], &a, false, SPLIT_BYTES - 1);
    ck_assert_uint_eq(track_of(&a)->requested - before,
                      ARRAY_COUNT(jobs) / 2);
    for (size_t i = 0; i < ARRAY_COUNT(jobs); i++)
        finish(&jobs[i]);
    close_pair();
}
END_TEST

/* All lengths around where a transfer is cut, and longer than a message. */
START_TEST(every_length_arrives)
{
    static const size_t lengths[] = {
        1, 4095, SPLIT_BYTES - 1, SPLIT_BYTES, SPLIT_BYTES + 1, 100000,
        SLICE * 2, SLICE * 2 + 1, BYTES - 1, BYTES };
    open_pair("keep");
    bring_up(&a);
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        move(&a, false, lengths[i]);
        move(&a, true, lengths[i]);
        move(&b, true, lengths[i]);
    }
    close_pair();
}
END_TEST

static void into_error(struct track *t)
{
    struct ibv_qp_attr attr = { .qp_state = IBV_QPS_ERR };
    ck_assert_int_eq(ibv_modify_qp(t->id->qp, &attr, IBV_QP_STATE), 0);
}

/* The queue pair of either side fails with transfers under way: they are moved
 * again by the first rail, later ones go by it alone, nothing is lost. */
START_TEST(what_a_lost_rail_carried_goes_by_the_first)
{
    static struct job jobs[4];
    const bool is_put = _i & 1;
    open_pair("keep");
    bring_up(&a);
    fill(is_put ? mine : theirs, 5);
    memset(is_put ? theirs : mine, 0, BYTES);
    for (size_t i = 0; i < ARRAY_COUNT(jobs); i++)
        start(&jobs[i], &a, is_put, BYTES);
    into_error(track_of(_i & 2 ? &b : &a));
    for (size_t i = 0; i < ARRAY_COUNT(jobs); i++)
        finish(&jobs[i]);
    while (track_of(&a)->state != TRACK_GONE ||
           track_of(&b)->state != TRACK_GONE) {
        move(&a, is_put, BYTES);
        poll_both();
    }
    move(&b, is_put, BYTES);
    stream(&a, &b, 100);
    ck_assert_int_eq(a.lost, MPI_SUCCESS);
    ck_assert_int_eq(b.lost, MPI_SUCCESS);
    const struct verbs *v = CONTAINER_OF(a.transport, struct verbs, base);
    ck_assert_uint_eq(v->rail->requests, 0);
    ck_assert_uint_eq(v->chores, 0);
    close_pair();
}
END_TEST

START_TEST(a_refused_post_loses_the_rail_alone)
{
    open_pair("keep");
    bring_up(&a);
    struct job j;
    fill(theirs, 9);
    start(&j, &a, false, BYTES);
    track_break(track_of(&a), 5);
    finish(&j);
    move(&a, true, BYTES);
    ck_assert_int_eq(track_of(&a)->state, TRACK_GONE);
    ck_assert_int_eq(a.lost, MPI_SUCCESS);
    close_pair();
}
END_TEST

/* The connection itself fails: each transfer ends once, with an error. */
START_TEST(a_lost_connection_ends_both_parts)
{
    open_pair("keep");
    bring_up(&a);
    struct job j;
    start(&j, &a, false, BYTES);
    connection_lose(CONTAINER_OF(a.ep, struct connection, base), "of the test");
    ck_assert_int_eq(j.wait.times, 1);
    ck_assert_int_ne(j.wait.err, MPI_SUCCESS);
    verbs_transport.release_region(a.transport, j.local);
    verbs_transport.release_region(b.transport, j.remote);
    close_pair();
}
END_TEST

/* One rank alone has a second rail; it may be either side of the connection. */
START_TEST(a_peer_with_one_rail_is_served_by_one)
{
    mine = malloc(BYTES);
    theirs = malloc(BYTES);
    settings.verbs_rails = _i ? "auto" : "1";
    rank_open(&a, 0);
    settings.verbs_rails = _i ? "1" : "auto";
    rank_open(&b, 1);
    connect_to(&a, &b);
    stream(&a, &b, 1);
    connect_to(&b, &a);
    move(&a, false, BYTES);
    move(&a, true, BYTES);
    move(&b, false, BYTES);
    ck_assert_ptr_null(track_of(&a));
    ck_assert_ptr_null(track_of(&b));
    close_pair();
}
END_TEST

/* Writes into memory that peers may not read cannot be flushed; reads can be
 * split all the same. */
START_TEST(strict_writes_go_by_the_first)
{
    open_pair("strict");
    bring_up(&a);
    uint32_t before = track_of(&a)->requested;
    move(&a, true, BYTES);
    ck_assert_uint_eq(track_of(&a)->requested, before);
    move(&a, false, BYTES);
    ck_assert_uint_eq(track_of(&a)->requested, before + 1);
    close_pair();
}
END_TEST

static bool has_two_rails(void)
{
    int count = 0;
    struct ibv_device **list = ibv_get_device_list(&count);
    ibv_free_device_list(list);
    return count > 1;
}

int main(void)
{
    if (!has_two_rails()) {
        puts("SKIP: no two RDMA devices here; tests/lab runs this test in its "
             "machines");
        return 77;
    }
    TCase *t = tcase_create("rails");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, pair_setup, NULL);
    tcase_add_test(t, long_gets_go_by_both);
    tcase_add_test(t, long_puts_go_by_both_and_are_flushed);
    tcase_add_loop_test(t, either_rank_gets_the_track_it_wants, 0, 2);
    tcase_add_test(t,
                   short_transfers_go_by_the_first_or_where_less_is_under_way);
    tcase_add_test(t, every_length_arrives);
    tcase_add_loop_test(t, what_a_lost_rail_carried_goes_by_the_first, 0, 4);
    tcase_add_test(t, a_refused_post_loses_the_rail_alone);
    tcase_add_test(t, a_lost_connection_ends_both_parts);
    tcase_add_loop_test(t, a_peer_with_one_rail_is_served_by_one, 0, 2);
    tcase_add_test(t, strict_writes_go_by_the_first);
    return suite_run("rails", t);
}
