/* SPDX-License-Identifier: BSD-3-Clause */
/* The backlog: posts go out in the order in which they came, per endpoint. */
#include "transport/backlog.h"

#include "runtime/base/progress.h"
#include "tests/support/suite.h"

struct waiting {
    struct backlog_entry entry;
    int number;
    int busy; /* so often it answers BUSY first */
};

static int order[8];
static int sent;

static enum post retry(struct backlog_entry *entry, struct endpoint *ep)
{
    struct waiting *w = CONTAINER_OF(entry, struct waiting, entry);
    if (w->busy-- > 0)
        return POST_BUSY;
    order[sent++] = w->number;
    return POST_DONE;
}

static const struct transport_ops no_ops;
static struct transport transport = { .ops = &no_ops };
static struct progress progress;
static struct backlog backlog;
static struct endpoint a, b;
static struct waiting w[4];

static void setup(void)
{
    sent = 0;
    progress_init(&progress, 1);
    backlog_init(&backlog, &progress);
    endpoint_init(&a, &transport, 0);
    endpoint_init(&b, &transport, 1);
    for (int i = 0; i < 4; i++)
        w[i] = (struct waiting){ .entry.retry = retry, .number = i };
}

START_TEST(goes_out_in_order_of_arrival)
{
    for (int i = 0; i < 4; i++)
        backlog_add(&backlog, &a, &w[i].entry);
    w[2].busy = 1;
    ck_assert_int_eq(progress_poll(&progress), 2);
    ck_assert(!list_is_empty(&a.backlog));
    ck_assert_int_eq(progress_poll(&progress), 2);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(order[i], i);
    ck_assert(list_is_empty(&backlog.endpoints));
    ck_assert_uint_eq(progress.count, 0);
}
END_TEST

START_TEST(a_busy_endpoint_does_not_hold_another)
{
    w[0].busy = 1;
    backlog_add(&backlog, &a, &w[0].entry);
    backlog_add(&backlog, &b, &w[1].entry);
    ck_assert_int_eq(backlog_drain(&backlog), 1);
    ck_assert_int_eq(order[0], 1);
    ck_assert(list_is_empty(&b.backlog));
}
END_TEST

START_TEST(a_removed_entry_is_not_sent)
{
    backlog_add(&backlog, &a, &w[0].entry);
    backlog_add(&backlog, &a, &w[1].entry);
    backlog_remove(&a, &w[0].entry);
    ck_assert_int_eq(progress_poll(&progress), 1);
    ck_assert_int_eq(order[0], 1);
    backlog_add(&backlog, &a, &w[2].entry);
    backlog_remove(&a, &w[2].entry);
    ck_assert(list_is_empty(&backlog.endpoints));
    backlog_add(&backlog, &a, &w[3].entry);
    ck_assert_uint_eq(progress.count, 1);
}
END_TEST

START_TEST(a_new_send_waits_behind_the_backlog)
{
    struct packet packet = { .type = 1 };
    struct packet_out out = { &packet, sizeof packet, NULL, 0 };
    backlog_add(&backlog, &a, &w[0].entry);
    ck_assert_int_eq(endpoint_send(&a, &out), POST_BUSY);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("backlog");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, goes_out_in_order_of_arrival);
    tcase_add_test(t, a_busy_endpoint_does_not_hold_another);
    tcase_add_test(t, a_removed_entry_is_not_sent);
    tcase_add_test(t, a_new_send_waits_behind_the_backlog);
    return suite_run("backlog", t);
}
