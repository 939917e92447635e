/* SPDX-License-Identifier: BSD-3-Clause */
/* report: what the counters of a job look like at its end. */
#include "launcher/report.h"

#include <string.h>

#include "tests/support/suite.h"

static struct counters ranks[2];
static const struct report report = { 2, ranks };
static struct strbuf text;

static void setup(void)
{
    memset(ranks, 0, sizeof ranks);
    ranks[0].value[COUNTER_RENDEZVOUS_MESSAGES] = 3;
    ranks[0].value[COUNTER_COPIED_BOUNCE_BYTES] = 1024;
    ranks[1].value[COUNTER_COPIED_BOUNCE_BYTES] = 1024;
    ranks[1].value[COUNTER_RDMA_READ_BYTES] = 3072;
    strbuf_init(&text);
}

static void teardown(void)
{
    strbuf_fini(&text);
}

START_TEST(the_table_has_what_happened)
{
    report_print(&report, REPORT_JOB, &text);
    ck_assert_ptr_nonnull(strstr(text.text, "all 2 ranks\n"));
    ck_assert_ptr_nonnull(strstr(text.text, " 3 rendezvous\n"));
    ck_assert_ptr_nonnull(strstr(text.text, " 3.0 KiB by the device\n"));
    ck_assert_ptr_nonnull(strstr(text.text, " 2.0 KiB large, in packets\n"));
    ck_assert_ptr_null(strstr(text.text, "eager"));
    ck_assert_ptr_null(strstr(text.text, "rank 0"));
}
END_TEST

START_TEST(what_is_copied_at_both_ends_is_one_message)
{
    report_print(&report, REPORT_JOB, &text);
    ck_assert_ptr_nonnull(strstr(text.text, " 75.0 % of 4.0 KiB received\n"));
}
END_TEST

START_TEST(each_rank_has_its_table_on_request)
{
    report_print(&report, REPORT_RANK, &text);
    const char *second = strstr(text.text, "rank 1\n");
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_nonnull(strstr(second, "3.0 KiB by the device"));
    ck_assert_ptr_nonnull(strstr(second, "all 2 ranks\n"));
}
END_TEST

START_TEST(json_is_one_line_with_every_counter)
{
    report_print(&report, REPORT_JSON, &text);
    ck_assert_ptr_eq(strchr(text.text, '\n'), text.text + text.bytes - 1);
    ck_assert_int_eq(strncmp(text.text, "{\"job\":{", 8), 0);
    ck_assert_ptr_nonnull(strstr(text.text, "\"copied_bounce_bytes\":2048"));
    for (int i = 0; i < COUNTER_COUNT; i++)
        ck_assert_ptr_nonnull(strstr(text.text, counter_table[i].name));
}
END_TEST

START_TEST(counters_survive_the_wire)
{
    struct counters c;
    int rank;
    report_pack(7, &ranks[1], &text);
    struct wire_reader r = { text.text, text.text + text.bytes, false };
    ck_assert(report_unpack(&rank, &c, &r));
    ck_assert_int_eq(rank, 7);
    ck_assert_int_eq(memcmp(&c, &ranks[1], sizeof c), 0);
    struct wire_reader cut = { text.text, text.text + text.bytes - 8, false };
    ck_assert(!report_unpack(&rank, &c, &cut));
}
END_TEST

START_TEST(only_known_forms_are_taken)
{
    enum report_form form = REPORT_NONE;
    ck_assert(report_parse_form("", &form) && form == REPORT_JOB);
    ck_assert(report_parse_form("json", &form) && form == REPORT_JSON);
    ck_assert(!report_parse_form("xml", &form));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("report");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_table_has_what_happened);
    tcase_add_test(t, what_is_copied_at_both_ends_is_one_message);
    tcase_add_test(t, each_rank_has_its_table_on_request);
    tcase_add_test(t, json_is_one_line_with_every_counter);
    tcase_add_test(t, counters_survive_the_wire);
    tcase_add_test(t, only_known_forms_are_taken);
    return suite_run("report", t);
}
