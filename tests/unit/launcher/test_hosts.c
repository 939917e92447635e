/* SPDX-License-Identifier: BSD-3-Clause */
/* hosts: lists, files and Slurm's variables. */
#include "launcher/hosts.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/suite.h"

static struct host_list list;
static struct strbuf error;

static void setup(void)
{
    strbuf_init(&error);
}

static void teardown(void)
{
    hosts_fini(&list);
    strbuf_fini(&error);
}

/* The list as "a:2,b:0". */
static void expect_list(const char *wanted)
{
    struct strbuf text;
    strbuf_init(&text);
    for (int i = 0; i < list.count; i++)
        strbuf_printf(&text, "%s%s:%d", i ? "," : "", list.entry[i].name,
                      list.entry[i].slots);
    ck_assert_str_eq(text.text, wanted);
    strbuf_fini(&text);
}

static int read_file(const char *text)
{
    char path[] = "/tmp/baton-hosts-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    int err = hosts_add_file(&list, path, &error);
    unlink(path);
    return err;
}

START_TEST(names_with_and_without_numbers)
{
    ck_assert_int_eq(hosts_add_list(&list, "a,b.c-d_1:12,u@e", &error),
                     MPI_SUCCESS);
    expect_list("a:0,b.c-d_1:12,u@e:0");
}
END_TEST

START_TEST(a_host_named_again_gets_more_slots)
{
    ck_assert_int_eq(hosts_add_list(&list, "a,b:2,a,b:3,c,c,c", &error),
                     MPI_SUCCESS);
    expect_list("a:2,b:5,c:3");
}
END_TEST

START_TEST(bad_lists_are_refused)
{
    static const char *const bad[] = { "", "a,", ",a", "a:", "a:0", "a:x",
                                       "a:1:2", "-oProxyCommand=x", "a b",
                                       "a;b", "a:9999999999" };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        ck_assert_msg(hosts_add_list(&list, bad[i], &error) == MPI_ERR_ARG,
                      "`%s` was taken", bad[i]);
}
END_TEST

START_TEST(a_file_in_all_its_forms)
{
    ck_assert_int_eq(read_file("# hosts\n\n  a  # first\nb:2\nc slots=3\n"
                               "d slots=4 max_slots=8\n"), MPI_SUCCESS);
    expect_list("a:0,b:2,c:3,d:4");
}
END_TEST

START_TEST(a_bad_line_is_named)
{
    ck_assert_int_eq(read_file("a\nb slots=none\n"), MPI_ERR_ARG);
    ck_assert_ptr_nonnull(strstr(error.text, "line 2"));
}
END_TEST

START_TEST(a_file_without_hosts_is_an_error)
{
    ck_assert_int_eq(read_file("# none\n"), MPI_ERR_ARG);
    ck_assert_ptr_nonnull(strstr(error.text, "names no host"));
}
END_TEST

START_TEST(slurm_ranges_keep_their_zeros)
{
    ck_assert_int_eq(hosts_add_slurm(&list, "n[08-10,12],x,r[1-2]b",
                                     "4(x3),2,1(x3)", &error), MPI_SUCCESS);
    expect_list("n08:4,n09:4,n10:4,n12:2,x:1,r1b:1,r2b:1");
}
END_TEST

START_TEST(slurm_without_task_numbers)
{
    ck_assert_int_eq(hosts_add_slurm(&list, "a,b", NULL, &error),
                     MPI_SUCCESS);
    expect_list("a:0,b:0");
}
END_TEST

START_TEST(slurm_lists_that_are_not_understood)
{
    ck_assert_int_eq(hosts_add_slurm(&list, "n[1-", NULL, &error),
                     MPI_ERR_ARG);
    ck_assert_int_eq(hosts_add_slurm(&list, "n[3-1]", NULL, &error),
                     MPI_ERR_ARG);
    ck_assert_int_eq(hosts_add_slurm(&list, "", NULL, &error), MPI_ERR_ARG);
}
END_TEST

START_TEST(names_of_this_host)
{
    char own[256] = "";
    gethostname(own, sizeof own - 1);
    ck_assert(host_is_here("localhost"));
    ck_assert(host_is_here("127.0.0.1"));
    ck_assert(host_is_here(own));
    ck_assert(!host_is_here("192.0.2.77"));
    ck_assert(!host_is_here("no-such-host.invalid"));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("hosts");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, names_with_and_without_numbers);
    tcase_add_test(t, a_host_named_again_gets_more_slots);
    tcase_add_test(t, bad_lists_are_refused);
    tcase_add_test(t, a_file_in_all_its_forms);
    tcase_add_test(t, a_bad_line_is_named);
    tcase_add_test(t, a_file_without_hosts_is_an_error);
    tcase_add_test(t, slurm_ranges_keep_their_zeros);
    tcase_add_test(t, slurm_without_task_numbers);
    tcase_add_test(t, slurm_lists_that_are_not_understood);
    tcase_add_test(t, names_of_this_host);
    return suite_run("hosts", t);
}
