/* SPDX-License-Identifier: BSD-3-Clause */
/* The transport to oneself keeps the contract that all others keep. */
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "runtime/base/error.h"
#include "tests/support/fake_process.h"
#include "tests/support/suite.h"
#include "tests/support/traffic.h"
#include "transport/transports.h"

static struct process process;
static struct packet_table table;
static struct transports *ts;
static struct endpoint *ep;
static struct traffic out, in;

static void setup(void)
{
    static const struct transport_ops *const only = &self_transport;
    fake_process_init(&process, 0, 2);
    traffic_table(&table, &in);
    ck_assert_int_eq(transports_open(&process, &table, &only, 1, &ts),
                     MPI_SUCCESS);
    ck_assert_int_eq(transports_endpoint(ts, 0, &ep), MPI_SUCCESS);
    out = in = (struct traffic){ .max_bytes =
                                     ep->transport->max_packet_bytes };
}

static void teardown(void)
{
    transports_close(ts);
    fake_process_fini(&process);
}

START_TEST(delivers_only_in_poll)
{
    ck_assert_int_eq(traffic_send_to(&out, ep), POST_DONE);
    ck_assert_uint_eq(in.next, 0);
    ck_assert_int_eq(progress_poll(&process.progress), 1);
    ck_assert_uint_eq(in.next, 1);
    ck_assert_int_eq(progress_poll(&process.progress), 0);
}
END_TEST

START_TEST(packets_of_all_lengths_arrive_in_order)
{
    for (int n = 0; n < 100000; n++)
        while (traffic_send_to(&out, ep) == POST_BUSY)
            ck_assert_int_gt(progress_poll(&process.progress), 0);
    progress_poll(&process.progress);
    ck_assert_uint_eq(in.next, 100000);
    ck_assert_uint_eq(in.bad, 0);
}
END_TEST

static void answer(void *arg, int world, const struct packet *packet,
                   size_t bytes)
{
    struct packet_out again = { packet, bytes, NULL, 0 };
    ck_assert_int_eq(endpoint_send(ep, &again), POST_DONE);
}

START_TEST(what_a_handler_sends_waits_for_the_next_poll)
{
    struct packet packet = { .type = 1 };
    struct packet_out first = { &packet, sizeof packet, NULL, 0 };
    table.handler[1] = answer;
    ck_assert_int_eq(endpoint_send(ep, &first), POST_DONE);
    for (int i = 0; i < 100000; i++)
        ck_assert_int_eq(progress_poll(&process.progress), 1);
}
END_TEST

START_TEST(get_copies_and_is_counted)
{
    char from[100], to[100];
    struct region *region;
    memset(from, 7, sizeof from);
    ck_assert(ep->can_get);
    ep->transport->ops->retain_region(ep, to, sizeof to,
                                     REGION_LOCAL, &region);
    struct slice slice = { to, sizeof to };
    struct transfer get = {
                       .slices = &slice, .slice_count = 1,
                       .region = region, .bytes = sizeof to,
                       .remote_address = (uintptr_t)from,
                       .remote_key = region->key };
    ck_assert_int_eq(ep->transport->ops->get(ep, &get), POST_DONE);
    ck_assert_mem_eq(from, to, sizeof to);
    ck_assert_uint_eq(process.counters->value[COUNTER_COPIED_LOCAL_BYTES], 100);
    ep->transport->ops->release_region(ep->transport, region);
}
END_TEST

START_TEST(another_rank_is_refused_with_a_reason)
{
    struct endpoint *other;
    int err = transports_endpoint(ts, 1, &other);
    ck_assert_int_ne(err, MPI_SUCCESS);
    ck_assert_ptr_nonnull(strstr(error_sentence(err),
                                 "self (the peer is another process)"));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("self");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, delivers_only_in_poll);
    tcase_add_test(t, packets_of_all_lengths_arrive_in_order);
    tcase_add_test(t, what_a_handler_sends_waits_for_the_next_poll);
    tcase_add_test(t, get_copies_and_is_counted);
    tcase_add_test(t, another_rank_is_refused_with_a_reason);
    return suite_run("self", t);
}
