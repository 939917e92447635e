/* SPDX-License-Identifier: BSD-3-Clause */
/* options: what is accepted, and what errors say. */
#include "launcher/options.h"

#include <mpi.h>

#include "tests/support/suite.h"

static struct options o;
static struct strbuf error;

/* Parse a command line of words; mpirun itself is added. */
static int parse(const char *line)
{
    struct strings argv = { 0 };
    strings_add(&argv, "mpirun");
    strings_add_words(&argv, line);
    strbuf_init(&error);
    int err = options_parse(&o, (int)argv.count, argv.item, &error);
    strings_fini(&argv);
    return err;
}

static void forget(void)
{
    options_fini(&o);
    strbuf_fini(&error);
}

static void expect_error(const char *line, const char *text)
{
    ck_assert_int_eq(parse(line), MPI_ERR_ARG);
    ck_assert_msg(strstr(error.text, text) != NULL, "%s: %s", line,
                  error.text);
    forget();
}

START_TEST(one_dash_or_two_or_an_equals_sign)
{
    static const char *const forms[] = { "-n 3 a", "--n 3 a", "-np 3 a",
                                         "--np=3 a", "-n=3 a", "-c 3 a" };
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        ck_assert_int_eq(parse(forms[i]), MPI_SUCCESS);
        ck_assert_int_eq(o.sections[0].count, 3);
        forget();
    }
}
END_TEST

START_TEST(what_follows_the_program_is_the_programs)
{
    ck_assert_int_eq(parse("-n 1 a -n 7 --help"), MPI_SUCCESS);
    ck_assert_int_eq(o.sections[0].count, 1);
    ck_assert_uint_eq(o.sections[0].argv.count, 4);
    ck_assert_str_eq(o.sections[0].argv.item[3], "--help");
    ck_assert_int_eq(o.action, ACTION_RUN);
    forget();
}
END_TEST

START_TEST(sections_have_their_own_programs_and_counts)
{
    ck_assert_int_eq(parse("-tag-output -n 1 a x : -n 2 -wd /tmp -x V=1 b"),
                     MPI_SUCCESS);
    ck_assert_int_eq(o.section_count, 2);
    ck_assert_uint_eq(o.sections[0].argv.count, 2);
    ck_assert_int_eq(o.sections[1].count, 2);
    ck_assert_str_eq(o.sections[1].argv.item[0], "b");
    ck_assert_str_eq(o.sections[1].wdir, "/tmp");
    ck_assert_str_eq(o.sections[1].exports.item[0], "V=1");
    ck_assert_ptr_null(o.sections[0].wdir);
    ck_assert(o.tag_output);
    forget();
}
END_TEST

START_TEST(words_with_a_fixed_meaning)
{
    ck_assert_int_eq(parse("-bind-to numa -map-by node -ppn 2 -timeout 9 "
                           "-ssh rsh -prefix /opt/b -oversubscribe a"),
                     MPI_SUCCESS);
    ck_assert_int_eq(o.bind, BIND_NUMA);
    ck_assert_int_eq(o.map, MAP_NODE);
    ck_assert_int_eq(o.ppn, 2);
    ck_assert_int_eq(o.timeout_seconds, 9);
    ck_assert_str_eq(o.ssh, "rsh");
    ck_assert_str_eq(o.prefix, "/opt/b");
    ck_assert(o.oversubscribe);
    forget();
}
END_TEST

START_TEST(help_needs_no_program)
{
    ck_assert_int_eq(parse("--help"), MPI_SUCCESS);
    ck_assert_int_eq(o.action, ACTION_HELP);
    forget();
}
END_TEST

START_TEST(errors_name_the_option_and_what_was_expected)
{
    expect_error("-n 0 a", "-n 0: expected a number of ranks");
    expect_error("-n 2x a", "-n 2x: expected");
    expect_error("-bind-to thread a", "expected core, socket, numa or none");
    expect_error("-map-by core a", "expected slot or node");
    expect_error("-timeout -1 a", "-timeout -1: expected");
    expect_error("-prefix opt a", "-prefix opt: expected an absolute path");
    expect_error("-x =1 a", "expected NAME or NAME=VALUE");
    expect_error("-pset a,b x", "-pset a,b: expected a name without");
    expect_error("-pset Mpi://a x", "not one of mpi://");
    expect_error("-nodes 2 a", "-nodes: no such option");
    expect_error("-tag-output=1 a", "-tag-output=1: takes no argument");
    expect_error("-n", "-n: its argument N is missing");
}
END_TEST

START_TEST(a_missing_program_is_an_error)
{
    expect_error("-n 2", "no program is named");
    expect_error("", "no program is named");
    expect_error("a :", "a program is missing beside `:`");
    expect_error(": a", "a program is missing beside `:`");
    expect_error("a : -n 2", "a program is missing beside `:`");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("options");
    tcase_add_test(t, one_dash_or_two_or_an_equals_sign);
    tcase_add_test(t, what_follows_the_program_is_the_programs);
    tcase_add_test(t, sections_have_their_own_programs_and_counts);
    tcase_add_test(t, words_with_a_fixed_meaning);
    tcase_add_test(t, help_needs_no_program);
    tcase_add_test(t, errors_name_the_option_and_what_was_expected);
    tcase_add_test(t, a_missing_program_is_an_error);
    return suite_run("options", t);
}
