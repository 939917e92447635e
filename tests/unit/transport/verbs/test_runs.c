/* SPDX-License-Identifier: BSD-3-Clause */
/* Gets and puts between several runs of the peer's memory: what may go at once
 * is handed to the device at once. Skipped where there is no RDMA device. */
#include "tests/unit/transport/verbs/pair.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "tests/support/suite.h"
#include "transport/verbs/connection.h"

/* Runs of RUN bytes at RUN bytes' distance, each that of two slices here. */
enum { RUN = 5000, SPAN = 2 * RUN * RUNS_MAX, BYTES = RUN * RUNS_MAX,
       MOVES_AT_ONCE = 6 };

/* ---- what rank a hands to its device ---- */

static int (*post_send)(struct ibv_qp *, struct ibv_send_wr *,
                        struct ibv_send_wr **);
static struct ibv_qp *watched;
static int doorbells, requests, signals;
static int refuse_after; /* the requests that the device still takes */

static int count_posts(struct ibv_qp *qp, struct ibv_send_wr *wr,
                       struct ibv_send_wr **bad)
{
    if (qp != watched)
        return post_send(qp, wr, bad);
    doorbells++;
    for (struct ibv_send_wr *w = wr; w; w = w->next, requests++) {
        signals += (w->send_flags & IBV_SEND_SIGNALED) != 0;
        if (refuse_after-- > 0)
            continue;
        if (w != wr) {
            struct ibv_send_wr *before = wr;
            while (before->next != w)
                before = before->next;
            before->next = NULL;
            int status = post_send(qp, wr, bad);
            before->next = w;
            if (status != 0)
                return status;
        }
        *bad = w;
        return ENOMEM;
    }
    return post_send(qp, wr, bad);
}

static void watch_posts(int may_take)
{
    watched = CONTAINER_OF(a.ep, struct connection, base)->id->qp;
    post_send = watched->context->ops.post_send;
    watched->context->ops.post_send = count_posts;
    doorbells = requests = signals = 0;
    refuse_after = may_take;
}

static void stop_watching(void)
{
    watched->context->ops.post_send = post_send;
}

/* ---- a move of RUNS_MAX runs ---- */

struct job {
    struct wait wait;
    struct slice slices[2 * RUNS_MAX];
    struct slice runs[RUNS_MAX];
};

static struct region *here, *there;
static unsigned char *mine, *theirs;

static void open_memory(enum region_use use)
{
    mine = calloc(MOVES_AT_ONCE, SPAN);
    theirs = calloc(MOVES_AT_ONCE, SPAN);
    open_both();
    stream(&a, &b, 1);
    stream(&b, &a, 1);
    ck_assert_uint_eq(a.ep->runs_max, RUNS_MAX);
    here = retain(&a, mine, MOVES_AT_ONCE * SPAN, REGION_LOCAL);
    there = retain(&b, theirs, MOVES_AT_ONCE * SPAN, use);
}

static void close_memory(void)
{
    verbs_transport.release_region(a.transport, here);
    verbs_transport.release_region(b.transport, there);
    free(mine);
    free(theirs);
    close_both();
}

static enum post start(struct job *j, int number, bool is_put)
{
    unsigned char *local = mine + number * SPAN;
    unsigned char *remote = theirs + number * SPAN;
    *j = (struct job){ .wait.completion.done = note_done };
    for (int i = 0; i < RUNS_MAX; i++) {
        j->runs[i] = (struct slice){ remote + 2 * RUN * i, RUN };
        j->slices[2 * i] = (struct slice){ local + 2 * RUN * i, 1000 };
        j->slices[2 * i + 1] = (struct slice){ local + 2 * RUN * i + 1500,
                                               RUN - 1000 };
    }
    const struct transfer t = {
        .slices = j->slices, .slice_count = 2 * RUNS_MAX, .bytes = BYTES,
        .region = here, .remote_address = (uintptr_t)remote,
        .runs = j->runs, .run_count = RUNS_MAX, .remote_key = there->key,
        .completion = &j->wait.completion };
    enum post post;
    while ((post = (is_put ? verbs_transport.put
                           : verbs_transport.get)(a.ep, &t)) == POST_BUSY)
        poll_both();
    return post;
}

/* The bytes of a move at one side in their order. */
static void collect(const struct slice *slices, int count, unsigned char *out)
{
    for (int i = 0; i < count; i++) {
        memcpy(out, slices[i].address, slices[i].bytes);
        out += slices[i].bytes;
    }
}

static void check(const struct job *j)
{
    static unsigned char left[BYTES], right[BYTES];
    ck_assert_int_eq(j->wait.err, MPI_SUCCESS);
    ck_assert_int_eq(j->wait.times, 1);
    collect(j->slices, 2 * RUNS_MAX, left);
    collect(j->runs, RUNS_MAX, right);
    ck_assert_mem_eq(left, right, BYTES);
}

static void fill(unsigned char *at, unsigned seed)
{
    for (size_t i = 0; i < MOVES_AT_ONCE * SPAN; i++)
        at[i] = (unsigned char)(1 + (seed + i * 7 + (i >> 9)) % 255);
}

/* Nothing but the slices was touched. */
static int strays(const unsigned char *memory, const struct slice *slices,
                  int count)
{
    int bad = 0;
    for (int i = 0; i + 1 < count; i++) {
        const unsigned char *end = (unsigned char *)slices[i].address +
                                   slices[i].bytes;
        for (; end < (unsigned char *)slices[i + 1].address; end++)
            bad += *end != 0;
    }
    for (const unsigned char *p = (unsigned char *)slices[count - 1].address +
                                  slices[count - 1].bytes;
         p < memory + SPAN; p++)
        bad += *p != 0;
    return bad;
}

START_TEST(runs_of_one_move_go_by_one_doorbell)
{
    const bool is_put = _i != 0;
    struct job j;
    open_memory(is_put ? REGION_TARGET : REGION_EXPOSED);
    fill(is_put ? mine : theirs, 3);
    watch_posts(1000);
    ck_assert_int_eq(start(&j, 0, is_put), POST_PENDING);
    ck_assert_int_eq(doorbells, 1);
    ck_assert_int_eq(requests, RUNS_MAX);
    ck_assert_int_eq(signals, 1);
    stop_watching();
    while (!j.wait.times)
        poll_both();
    check(&j);
    ck_assert_int_eq(is_put ? strays(theirs, j.runs, RUNS_MAX)
                            : strays(mine, j.slices, 2 * RUNS_MAX), 0);
    ck_assert_uint_eq(a.process.counters->value[
                          is_put ? COUNTER_RDMA_WRITE_BYTES
                                 : COUNTER_RDMA_READ_BYTES], BYTES);
    close_memory();
}
END_TEST

/* With one read at a time, four, or sixteen; packets in between. */
START_TEST(many_moves_keep_to_the_limit)
{
    static const int reads[] = { 1, 4, 16 };
    static struct job jobs[MOVES_AT_ONCE];
    settings.verbs_reads = reads[_i];
    open_memory(REGION_EXPOSED);
    const struct connection *c = CONTAINER_OF(a.ep, struct connection, base);
    const struct lane *lane = &c->lanes[DIRECTION_GET];
    fill(theirs, 8);
    ck_assert_uint_eq(lane->requests_max, (unsigned)reads[_i]);
    watch_posts(1000);
    for (int i = 0; i < MOVES_AT_ONCE; i++) {
        ck_assert_int_eq(start(&jobs[i], i, false), POST_PENDING);
        ck_assert_uint_le(lane->requests, (unsigned)reads[_i]);
        traffic_send_to(&a.out, a.ep);
    }
    for (int i = 0; i < MOVES_AT_ONCE; i++)
        while (!jobs[i].wait.times) {
            poll_both();
            ck_assert_uint_le(lane->requests, (unsigned)reads[_i]);
        }
    stop_watching();
    for (int i = 0; i < MOVES_AT_ONCE; i++)
        check(&jobs[i]);
    ck_assert_uint_eq(lane->requests, 0);
    stream(&a, &b, 1);
    close_memory();
}
END_TEST

/* The device takes some of the requests: these complete without harm, the move
 * fails once, and so does the connection. */
START_TEST(a_refused_request_breaks_the_connection_once)
{
    struct job j[2];
    open_memory(REGION_EXPOSED);
    watch_posts(_i);
    const bool is_first_taken = _i >= RUNS_MAX;
    ck_assert_int_eq(start(&j[0], 0, false), POST_PENDING);
    const enum post second = start(&j[1], 1, false);
    stop_watching();
    while (b.lost == MPI_SUCCESS)
        poll_both();
    for (int i = 0; i < 50; i++)
        poll_both();
    ck_assert_int_eq(j[0].wait.times, 1);
    ck_assert(is_first_taken || j[0].wait.err != MPI_SUCCESS);
    ck_assert_int_eq(second, is_first_taken ? POST_PENDING : POST_FAILED);
    ck_assert_int_eq(j[1].wait.times, is_first_taken);
    ck_assert(!is_first_taken || j[1].wait.err != MPI_SUCCESS);
    ck_assert_int_eq(a.lost, a.ep->error);
    ck_assert_msg(strstr(error_sentence(a.lost), "cannot send to rank 1"),
                  "%s", error_sentence(a.lost));
    close_memory();
}
END_TEST

int main(void)
{
    if (!has_device())
        return skip_without_device();
    TCase *t = tcase_create("runs");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, pair_setup, NULL);
    tcase_add_loop_test(t, runs_of_one_move_go_by_one_doorbell, 0, 2);
    tcase_add_loop_test(t, many_moves_keep_to_the_limit, 0, 3);
    tcase_add_loop_test(t, a_refused_request_breaks_the_connection_once, 0,
                        RUNS_MAX + 3);
    return suite_run("runs", t);
}
