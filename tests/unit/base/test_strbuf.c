/* SPDX-License-Identifier: BSD-3-Clause */
/* strbuf: contents stay terminated and in order while the string grows. */
#include "runtime/base/strbuf.h"

#include "tests/support/suite.h"

START_TEST(empty_strbuf_is_an_empty_text)
{
    struct strbuf s;
    strbuf_init(&s);
    ck_assert_str_eq(s.text, "");
    strbuf_clear(&s);
    strbuf_fini(&s);
}
END_TEST

START_TEST(grows_past_its_first_capacity)
{
    struct strbuf s;
    strbuf_init(&s);
    for (int i = 0; i < 1000; i++)
        strbuf_printf(&s, "%d,", i % 10);
    ck_assert_uint_eq(s.bytes, 2000);
    ck_assert_int_eq(s.text[1998], '9');
    ck_assert_int_eq(s.text[2000], '\0');
    strbuf_fini(&s);
}
END_TEST

START_TEST(drop_keeps_the_rest)
{
    struct strbuf s;
    strbuf_init(&s);
    strbuf_puts(&s, "one two");
    strbuf_drop(&s, 4);
    ck_assert_str_eq(s.text, "two");
    strbuf_fini(&s);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("strbuf");
    tcase_add_test(t, empty_strbuf_is_an_empty_text);
    tcase_add_test(t, grows_past_its_first_capacity);
    tcase_add_test(t, drop_keeps_the_rest);
    return suite_run("strbuf", t);
}
