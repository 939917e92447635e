/* SPDX-License-Identifier: BSD-3-Clause */
/* The fake network keeps the contract, however unkind it is told to be. */
#include "tests/support/fake_transport.h"

#include <string.h>

#include <mpi.h>

#include "tests/support/suite.h"
#include "tests/support/traffic.h"

enum { RANKS = 3 };

static struct fake_network *net;
static struct packet_table table[RANKS];
static struct transports *ts[RANKS];
static struct traffic in[RANKS][RANKS]; /* [receiver][sender] */

static void take(void *arg, int world, const struct packet *packet,
                 size_t bytes)
{
    struct traffic *row = arg;
    traffic_check(&row[world], packet, bytes);
}

static void start(const struct fake_options *options)
{
    net = fake_network_create(RANKS, options);
    for (int i = 0; i < RANKS; i++) {
        for (int from = 0; from < RANKS; from++)
            in[i][from] = (struct traffic){ .max_bytes = 2000 };
        table[i] = (struct packet_table){ .arg = in[i] };
        table[i].handler[TRAFFIC_TYPE] = take;
        ck_assert_int_eq(transports_open(fake_network_process(net, i),
                                              &table[i], &fake_only, 1,
                                              &ts[i]), MPI_SUCCESS);
    }
}

static void stop(void)
{
    for (int i = 0; i < RANKS; i++)
        transports_close(ts[i]);
    fake_network_free(net);
}

static struct endpoint *endpoint(int from, int to)
{
    struct endpoint *ep = NULL;
    ck_assert_int_eq(transports_endpoint(ts[from], to, &ep), MPI_SUCCESS);
    return ep;
}

static void poll_rank(int rank)
{
    progress_poll(&fake_network_process(net, rank)->progress);
}

START_TEST(all_pairs_arrive_in_order_despite_everything)
{
    struct traffic out[RANKS * RANKS];
    start(&(struct fake_options){ .delay = 5, .busy_percent = 30,
                                  .capacity = 4, .seed = 7 });
    for (int i = 0; i < RANKS * RANKS; i++)
        out[i] = (struct traffic){ .max_bytes = 2000 };
    for (int n = 0; n < 2000; n++)
        for (int i = 0; i < RANKS * RANKS; i++)
            while (traffic_send_to(&out[i], endpoint(i / RANKS, i % RANKS)) ==
                   POST_BUSY)
                poll_rank(i % RANKS);
    fake_network_settle(net);
    ck_assert_uint_eq(fake_network_under_way(net), 0);
    for (int i = 0; i < RANKS * RANKS; i++) {
        ck_assert_uint_eq(in[i % RANKS][i / RANKS].next, 2000);
        ck_assert_uint_eq(in[i % RANKS][i / RANKS].bad, 0);
    }
    stop();
}
END_TEST

START_TEST(a_held_pair_is_overtaken_by_another)
{
    struct traffic a = { .max_bytes = 100 }, b = a;
    start(NULL);
    fake_network_hold(net, 0, 2);
    traffic_send_to(&a, endpoint(0, 2));
    traffic_send_to(&b, endpoint(1, 2));
    fake_network_settle(net);
    ck_assert_uint_eq(in[2][0].next, 0);
    ck_assert_uint_eq(in[2][1].next, 1);
    fake_network_release(net, 0, 2);
    poll_rank(2);
    ck_assert_uint_eq(in[2][0].next, 1);
    stop();
}
END_TEST

START_TEST(answers_busy_as_often_as_told)
{
    struct traffic a = { .max_bytes = 100 };
    start(NULL);
    fake_network_busy(net, 0, 1, 2);
    ck_assert_int_eq(traffic_send_to(&a, endpoint(0, 1)), POST_BUSY);
    ck_assert_int_eq(traffic_send_to(&a, endpoint(0, 1)), POST_BUSY);
    ck_assert_int_eq(traffic_send_to(&a, endpoint(0, 1)), POST_DONE);
    stop();
}
END_TEST

START_TEST(a_failed_pair_says_why)
{
    struct traffic a = { .max_bytes = 100 };
    start(NULL);
    fake_network_fail(net, 0, 1, MPI_ERR_OTHER);
    ck_assert_int_eq(traffic_send_to(&a, endpoint(0, 1)), POST_FAILED);
    ck_assert_int_eq(endpoint(0, 1)->error, MPI_ERR_OTHER);
    ck_assert_int_eq(traffic_send_to(&a, endpoint(0, 2)), POST_DONE);
    stop();
}
END_TEST

struct ended {
    struct completion completion;
    int count;
    int err;
};

static void note_end(struct completion *c, int err)
{
    struct ended *ended = CONTAINER_OF(c, struct ended, completion);
    ended->count++;
    ended->err = err;
}

/* Start a get at rank 0 from rank 1. */
static enum post start_get(struct ended *ended, void *to, const void *from,
                           size_t bytes)
{
    struct endpoint *ep = endpoint(0, 1);
    struct region *region;
    *ended = (struct ended){ .completion.done = note_end };
    ep->transport->ops->retain_region(ep, to, bytes, REGION_LOCAL,
                                     &region);
    struct slice slice = { to, bytes };
    struct transfer get = {
                       .slices = &slice, .slice_count = 1,
                       .region = region, .bytes = bytes,
                       .remote_address = (uintptr_t)from,
                       .completion = &ended->completion };
    enum post post = ep->transport->ops->get(ep, &get);
    ck_assert_uint_eq(fake_network_regions(net), 1);
    ep->transport->ops->release_region(ep->transport, region);
    return post;
}

START_TEST(a_late_get_ends_in_a_poll)
{
    struct ended ended;
    char from[10] = "123456789", to[10] = "";
    start(&(struct fake_options){ .late_get = true });
    ck_assert_int_eq(start_get(&ended, to, from, 10), POST_PENDING);
    ck_assert_int_eq(ended.count, 0);
    fake_network_settle(net);
    ck_assert_int_eq(ended.count, 1);
    ck_assert_int_eq(ended.err, MPI_SUCCESS);
    ck_assert_str_eq(to, from);
    ck_assert_uint_eq(fake_network_regions(net), 0);
    stop();
}
END_TEST

START_TEST(a_pending_get_ends_with_the_pairs_error)
{
    struct ended ended;
    char from[10] = "123456789", to[10] = "";
    start(&(struct fake_options){ .late_get = true });
    ck_assert_int_eq(start_get(&ended, to, from, 10), POST_PENDING);
    fake_network_fail(net, 0, 1, MPI_ERR_OTHER);
    fake_network_settle(net);
    ck_assert_int_eq(ended.err, MPI_ERR_OTHER);
    ck_assert_str_eq(to, "");
    stop();
}
END_TEST

START_TEST(get_can_be_taken_away)
{
    start(&(struct fake_options){ .no_get = true });
    ck_assert(!endpoint(0, 1)->can_get);
    stop();
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("fake_transport");
    tcase_add_test(t, all_pairs_arrive_in_order_despite_everything);
    tcase_add_test(t, a_held_pair_is_overtaken_by_another);
    tcase_add_test(t, answers_busy_as_often_as_told);
    tcase_add_test(t, a_failed_pair_says_why);
    tcase_add_test(t, a_late_get_ends_in_a_poll);
    tcase_add_test(t, a_pending_get_ends_with_the_pairs_error);
    tcase_add_test(t, get_can_be_taken_away);
    return suite_run("fake_transport", t);
}
