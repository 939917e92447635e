/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The schedule engine: rounds, running again, errors, and reuse.
 */
#include "collectives/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "collectives/schedule_pool.h"
#include "collectives/select.h"
#include "runtime/base/error.h"
#include "runtime/p2p/p2p.h"
#include "tests/support/suite.h"
#include "tests/unit/collectives/coll_job.h"

/* Ints of a message that goes by rendezvous. */
enum { LONG = 20000 };

static struct fake_job job;

static struct span ints(int *data, MPI_Count count)
{
    return (struct span){ data, count, datatype_find(MPI_INT) };
}

static struct schedule *take(int rank)
{
    struct schedule *s;
    ck_assert_int_eq(schedule_take(&job.comm[rank], &s), MPI_SUCCESS);
    return s;
}

/* Start at ranks 0 and 1 and wait; errors as of the operations. */
static void run_pair(struct schedule *const s[2], int errors[2])
{
    struct mpi_request *r[2] = { &s[0]->request, &s[1]->request };
    schedule_launch(s[0]);
    schedule_launch(s[1]);
    fake_job_until(&job, r, 2);
    for (int i = 0; i < 2; i++)
        errors[i] = r[i]->error;
}

static void end_pair(struct schedule *const s[2])
{
    schedule_give(s[0]);
    schedule_give(s[1]);
    coll_job_fini(&job);
}

static int add_ten(void *arg)
{
    *(int *)arg += 10;
    return MPI_SUCCESS;
}

/* 0 sends x to 1, which adds ten and sends it back into y. */
static void build_echo(struct schedule *const s[2], int *x, int *other, int *y)
{
    schedule_send(s[0], ints(x, 1), 1);
    schedule_end_round(s[0]);
    schedule_recv(s[0], ints(y, 1), 1);
    schedule_recv(s[1], ints(other, 1), 0);
    schedule_end_round(s[1]);
    schedule_call(s[1], add_ten, other);
    schedule_send(s[1], ints(other, 1), 0);
}

START_TEST(a_round_waits_for_the_one_before)
{
    coll_job_init(&job, 2, NULL);
    struct schedule *s[2] = { take(0), take(1) };
    int errors[2], x = 5, other = 0, y = 0;
    build_echo(s, &x, &other, &y);
    run_pair(s, errors);
    ck_assert_int_eq(y, 15);
    end_pair(s);
}
END_TEST

/* 1 answers only what 0 sends in its second round. */
START_TEST(an_open_round_goes_on_during_the_next)
{
    coll_job_init(&job, 2, NULL);
    struct schedule *s[2] = { take(0), take(1) };
    int errors[2], x = 5, other = 0, y = 0;
    schedule_recv(s[0], ints(&y, 1), 1);
    schedule_end_round_open(s[0]);
    schedule_send(s[0], ints(&x, 1), 1);
    schedule_end_round_open(s[0]);
    schedule_call(s[0], add_ten, &y); /* needs the first round */
    schedule_recv(s[1], ints(&other, 1), 0);
    schedule_end_round(s[1]);
    schedule_send(s[1], ints(&other, 1), 0);
    for (int run = 0; run < 2; run++) {
        run_pair(s, errors);
        ck_assert_int_eq(y, 15);
    }
    end_pair(s);
}
END_TEST

START_TEST(a_schedule_runs_again)
{
    coll_job_init(&job, 2, NULL);
    struct schedule *s[2] = { take(0), take(1) };
    int errors[2], x, other, y;
    build_echo(s, &x, &other, &y);
    for (x = 0; x < 5; x++) {
        run_pair(s, errors);
        ck_assert_int_eq(y, x + 10);
    }
    end_pair(s);
}
END_TEST

static int fail_step(void *arg)
{
    (void)arg;
    return MPI_ERR_INTERN;
}

START_TEST(the_first_error_ends_the_operation_and_peers_go_on)
{
    coll_job_init(&job, 2, NULL);
    struct schedule *s[2] = { take(0), take(1) };
    int errors[2], out = 7, in = 0;
    schedule_call(s[0], fail_step, NULL);
    schedule_end_round(s[0]);
    schedule_send(s[0], ints(&out, 1), 1);
    schedule_recv(s[1], ints(&in, 1), 0);
    run_pair(s, errors);
    ck_assert_int_eq(errors[0], MPI_ERR_INTERN);
    ck_assert_int_eq(errors[1], MPI_SUCCESS);
    ck_assert_int_eq(in, 7);
    end_pair(s);
}
END_TEST

START_TEST(a_truncated_message_is_the_operations_error)
{
    coll_job_init(&job, 2, NULL);
    struct schedule *s[2] = { take(0), take(1) };
    int errors[2], out[4] = { 1, 2, 3, 4 }, in[2] = { 0, 0 };
    schedule_send(s[0], ints(out, 4), 1);
    schedule_recv(s[1], ints(in, 2), 0);
    run_pair(s, errors);
    ck_assert_int_eq(errors[0], MPI_SUCCESS);
    ck_assert_int_eq(error_class_of(errors[1]), MPI_ERR_TRUNCATE);
    end_pair(s);
}
END_TEST

/* An allreduce of `count` ints at each of four ranks, by recursive doubling. */
static void start_sums(int data[4][LONG], int count, struct mpi_request **r)
{
    for (int i = 0; i < 4; i++) {
        const struct coll_args a = { .kind = COLL_ALLREDUCE,
                                     .comm = &job.comm[i],
                                     .op = op_find(MPI_SUM),
                                     .send = { MPI_IN_PLACE, 0, NULL },
                                     .recv = ints(data[i], count) };
        struct schedule *s;
        ck_assert_int_eq(coll_build(&a, select_list(COLL_ALLREDUCE), &s),
                         MPI_SUCCESS);
        schedule_launch(s);
        r[i] = &s->request;
    }
}

/* Ranks 0 and 2 wait for each other; their link is dead. Ranks 1 and 3 may be
 * done before they hear of it, and are right then. With long messages those
 * who gave up have offers that nobody wants any more. */
START_TEST(a_dead_link_leaves_nobody_waiting)
{
    static int data[4][LONG];
    const int count = _i ? LONG : 1;
    struct mpi_request *r[4];
    coll_job_init(&job, 4, NULL);
    fake_network_fail(job.network, 0, 2, MPI_ERR_OTHER);
    fake_network_fail(job.network, 2, 0, MPI_ERR_OTHER);
    for (int operation = 0; operation < 3; operation++) {
        for (int i = 0; i < 4; i++)
            data[i][0] = 1 + i;
        start_sums(data, count, r);
        fake_job_until(&job, r, 4);
        for (int i = 0; i < 4; i++) {
            int err = request_finish(r[i], MPI_STATUS_IGNORE);
            if (i % 2 == 0 || operation > 0)
                ck_assert_int_eq(error_class_of(err), MPI_ERR_OTHER);
            else if (err == MPI_SUCCESS)
                ck_assert_int_eq(data[i][0], 10);
        }
    }
    coll_job_fini(&job);
}
END_TEST

/* Rank 0 has no memory for its part, which the others are waiting in. */
START_TEST(a_rank_that_cannot_begin_fails_the_others)
{
    static int data[4][LONG];
    struct mpi_request *r[4];
    coll_job_init(&job, 4, NULL);
    start_sums(data, LONG, r);
    fake_network_settle(job.network);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(request_finish(r[i], MPI_STATUS_IGNORE), MPI_SUCCESS);
    p2p_fail_collectives(&job.comm[0], job.comm[0].collective_tag,
                         MPI_ERR_NO_MEM);
    start_sums(data, LONG, r);
    fake_job_until(&job, r, 4);
    ck_assert_int_eq(request_finish(r[0], MPI_STATUS_IGNORE), MPI_ERR_NO_MEM);
    for (int i = 1; i < 4; i++) {
        int err = request_finish(r[i], MPI_STATUS_IGNORE);
        ck_assert_int_eq(error_class_of(err), MPI_ERR_OTHER);
        ck_assert_msg(strstr(error_sentence(err), "rank 0"), "%s",
                      error_sentence(err));
    }
    coll_job_fini(&job);
}
END_TEST

/* In a barrier of four each waits for one rank and sends to another. */
START_TEST(ranks_that_reach_nobody_do_not_wait_for_anybody)
{
    enum { RANKS = 4 };
    coll_job_init(&job, RANKS, NULL);
    struct mpi_request *r[RANKS];
    for (int i = 0; i < RANKS * RANKS; i++)
        fake_network_fail(job.network, i / RANKS, i % RANKS, MPI_ERR_OTHER);
    for (int i = 0; i < RANKS; i++) {
        const struct coll_args a = { .kind = COLL_BARRIER,
                                     .comm = &job.comm[i] };
        ck_assert_int_eq(coll_start(&a, &r[i]), MPI_SUCCESS);
    }
    fake_job_until(&job, r, RANKS);
    for (int i = 0; i < RANKS; i++)
        ck_assert_int_eq(request_finish(r[i], MPI_STATUS_IGNORE),
                         MPI_ERR_OTHER);
    coll_job_fini(&job);
}
END_TEST

START_TEST(scratch_memory_is_distinct_aligned_and_survives_growth)
{
    coll_job_init(&job, 1, NULL);
    struct schedule *s = take(0);
    char *last = NULL;
    for (size_t bytes = 1; bytes < 100000; bytes = bytes * 3 + 1) {
        char *memory = schedule_scratch(s, bytes);
        ck_assert_ptr_nonnull(memory);
        ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < bytes; i++)
            memory[i] = 1;
        if (last)
            ck_assert_int_eq(*last, 1);
        *memory = 1;
        last = memory;
    }
    schedule_give(s);
    coll_job_fini(&job);
}
END_TEST

START_TEST(operations_of_one_communicator_overlap)
{
    enum { OPERATIONS = 20, RANKS = 3 };
    static const struct fake_options unkind = { .seed = 9, .delay = 9,
                                                .busy_percent = 40 };
    coll_job_init(&job, RANKS, &unkind);
    int data[OPERATIONS][RANKS];
    struct mpi_request *r[OPERATIONS * RANKS];
    for (int rank = 0; rank < RANKS; rank++)
        for (int i = 0; i < OPERATIONS; i++) {
            data[i][rank] = i + rank;
            const struct coll_args a = {
                .kind = COLL_ALLREDUCE, .comm = &job.comm[rank],
                .op = op_find(MPI_SUM), .send = { MPI_IN_PLACE, 0, NULL },
                .recv = ints(&data[i][rank], 1) };
            ck_assert_int_eq(coll_start(&a, &r[i * RANKS + rank]),
                             MPI_SUCCESS);
        }
    fake_job_until(&job, r, OPERATIONS * RANKS);
    for (int i = 0; i < OPERATIONS * RANKS; i++) {
        ck_assert_int_eq(data[i / RANKS][i % RANKS], 3 * (i / RANKS) + 3);
        ck_assert_int_eq(request_finish(r[i], MPI_STATUS_IGNORE), MPI_SUCCESS);
    }
    for (int rank = 0; rank < RANKS; rank++)
        ck_assert_int_eq(job.comm[rank].object.references, 1);
    coll_job_fini(&job);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("schedule");
    tcase_add_test(t, a_round_waits_for_the_one_before);
    tcase_add_test(t, an_open_round_goes_on_during_the_next);
    tcase_add_test(t, a_schedule_runs_again);
    tcase_add_test(t, the_first_error_ends_the_operation_and_peers_go_on);
    tcase_add_test(t, a_truncated_message_is_the_operations_error);
    tcase_add_loop_test(t, a_dead_link_leaves_nobody_waiting, 0, 2);
    tcase_add_test(t, a_rank_that_cannot_begin_fails_the_others);
    tcase_add_test(t, ranks_that_reach_nobody_do_not_wait_for_anybody);
    tcase_add_test(t, scratch_memory_is_distinct_aligned_and_survives_growth);
    tcase_add_test(t, operations_of_one_communicator_overlap);
    return suite_run("schedule", t);
}
