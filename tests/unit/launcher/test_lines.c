/* SPDX-License-Identifier: BSD-3-Clause */
/* lines: what may be passed on, and where tags go. */
#include "launcher/lines.h"

#include <string.h>

#include "tests/support/suite.h"

static struct strbuf text;

static void setup(void)
{
    strbuf_init(&text);
}

static void teardown(void)
{
    strbuf_fini(&text);
}

START_TEST(an_unfinished_line_waits)
{
    strbuf_puts(&text, "unfinished");
    ck_assert_uint_eq(lines_whole_bytes(&text), 0);
    strbuf_puts(&text, "\nnext");
    ck_assert_uint_eq(lines_whole_bytes(&text), strlen("unfinished\n"));
}
END_TEST

START_TEST(several_lines_go_together)
{
    strbuf_puts(&text, "a\nb\n\nc");
    ck_assert_uint_eq(lines_whole_bytes(&text), 5);
}
END_TEST

START_TEST(a_line_without_end_is_passed_on_in_pieces)
{
    for (int i = 0; i <= LINE_LIMIT; i++)
        strbuf_puts(&text, "x");
    ck_assert_uint_eq(lines_whole_bytes(&text), LINE_LIMIT + 1);
}
END_TEST

START_TEST(each_line_has_one_tag_however_it_is_cut)
{
    static const char all[] = "one\ntwo\n\nlast";
    for (size_t cut = 0; cut < strlen(all); cut++) {
        bool at_start = true;
        strbuf_clear(&text);
        lines_tag(&text, "[3] ", all, cut, &at_start);
        lines_tag(&text, "[3] ", all + cut, strlen(all) - cut, &at_start);
        ck_assert_str_eq(text.text, "[3] one\n[3] two\n[3] \n[3] last");
        ck_assert(!at_start);
    }
}
END_TEST

START_TEST(bytes_that_are_no_text_pass_unchanged)
{
    static const char raw[] = { 0, 1, '\n', 0, '\n' };
    bool at_start = true;
    lines_tag(&text, "", raw, sizeof raw, &at_start);
    ck_assert_uint_eq(text.bytes, sizeof raw);
    ck_assert_int_eq(memcmp(text.text, raw, sizeof raw), 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("lines");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_unfinished_line_waits);
    tcase_add_test(t, several_lines_go_together);
    tcase_add_test(t, a_line_without_end_is_passed_on_in_pieces);
    tcase_add_test(t, each_line_has_one_tag_however_it_is_cut);
    tcase_add_test(t, bytes_that_are_no_text_pass_unchanged);
    return suite_run("lines", t);
}
