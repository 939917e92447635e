/* SPDX-License-Identifier: BSD-3-Clause */
/* plan and job: from a command line to the job, and over the wire. */
#include "launcher/plan.h"

#include <mpi.h>
#include <string.h>

#include "launcher/pmix_fence.h"
#include "tests/support/suite.h"

static struct job j;
static struct strbuf error;

static int plan(const char *line, char *const *environment)
{
    struct options o;
    struct strings argv = { 0 };
    strings_add(&argv, "mpirun");
    strings_add_words(&argv, line);
    strbuf_init(&error);
    ck_assert_int_eq(options_parse(&o, (int)argv.count, argv.item, &error),
                     MPI_SUCCESS);
    int err = plan_job(&j, &o, environment, &error);
    options_fini(&o);
    strings_fini(&argv);
    return err;
}

static char *no_environment[] = { NULL };

static void expect_host(int rank, const char *host, int app)
{
    ck_assert_str_eq(j.hosts.item[j.rank_host[rank]], host);
    ck_assert_int_eq(j.rank_app[rank], app);
}

START_TEST(sections_share_a_host_list)
{
    ck_assert_int_eq(plan("-host a:2,b:2 -n 1 x : -n 3 y", no_environment),
                     MPI_SUCCESS);
    ck_assert_int_eq(j.rank_count, 4);
    expect_host(0, "a", 0);
    expect_host(1, "a", 1);
    expect_host(3, "b", 1);
    job_fini(&j);
}
END_TEST

START_TEST(a_section_may_have_hosts_of_its_own)
{
    ck_assert_int_eq(plan("-host a -n 1 x : -host b,a -n 2 y",
                          no_environment), MPI_SUCCESS);
    expect_host(0, "a", 0);
    expect_host(1, "b", 1);
    expect_host(2, "a", 1);
    ck_assert_uint_eq(j.hosts.count, 2);
    job_fini(&j);
}
END_TEST

START_TEST(hosts_without_ranks_are_left_out)
{
    ck_assert_int_eq(plan("-host a:4,b:4 -n 2 x", no_environment),
                     MPI_SUCCESS);
    ck_assert_uint_eq(j.hosts.count, 1);
    job_fini(&j);
}
END_TEST

START_TEST(slurm_names_the_hosts)
{
    char *slurm[] = { "SLURM_JOB_NODELIST=n[1-2]",
                      "SLURM_TASKS_PER_NODE=2(x2)", NULL };
    ck_assert_int_eq(plan("x", slurm), MPI_SUCCESS);
    ck_assert_int_eq(j.rank_count, 4);
    expect_host(3, "n2", 0);
    job_fini(&j);
}
END_TEST

START_TEST(the_environment_goes_along_but_not_what_is_of_this_host)
{
    char *environment[] = { "PATH=/bin", "HOME=/root", "SSH_CLIENT=x",
                            "PMIX_RANK=3", "VAR=1", "HOSTNAME=h", NULL };
    ck_assert_int_eq(plan("-n 1 -x VAR -x NEW=2 x", environment),
                     MPI_SUCCESS);
    ck_assert_uint_eq(j.env.count, 2);
    ck_assert_str_eq(environment_get(j.env.item, "PATH"), "/bin");
    ck_assert_str_eq(environment_get(j.apps[0].env.item, "VAR"), "1");
    ck_assert_str_eq(environment_get(j.apps[0].env.item, "NEW"), "2");
    job_fini(&j);
}
END_TEST

START_TEST(a_variable_that_is_not_set_is_an_error)
{
    ck_assert_int_eq(plan("-n 1 -x NOT_SET x", no_environment), MPI_ERR_ARG);
    ck_assert_ptr_nonnull(strstr(error.text, "-x NOT_SET"));
    strbuf_fini(&error);
}
END_TEST

START_TEST(a_job_survives_the_wire)
{
    struct job copy;
    struct strbuf body;
    int host = -1;
    ck_assert_int_eq(plan("-host a:2,b -bind-to numa -n 2 x 1 : -n 1 -wd /d "
                          "-x V=w -pset s -pset t y", no_environment),
                     MPI_SUCCESS);
    strbuf_init(&body);
    job_pack(&j, 1, &body);
    struct wire_reader r = { .at = body.text, .end = body.text + body.bytes };
    ck_assert_int_eq(job_unpack(&copy, &host, &r), MPI_SUCCESS);
    ck_assert_int_eq(host, 1);
    ck_assert_str_eq(copy.name, j.name);
    ck_assert_int_eq(copy.bind, BIND_NUMA);
    ck_assert_str_eq(copy.apps[0].argv.item[1], "1");
    ck_assert_str_eq(copy.apps[1].wdir, "/d");
    ck_assert_str_eq(copy.apps[1].env.item[0], "V=w");
    ck_assert_ptr_null(copy.apps[0].wdir);
    ck_assert_uint_eq(copy.apps[0].psets.count, 0);
    ck_assert_str_eq(copy.apps[1].psets.item[1], "t");
    ck_assert_int_eq(copy.rank_count, 3);
    ck_assert_int_eq(job_local_count(&copy, 1), 1);
    job_fini(&copy);
    for (size_t cut = 0; cut < body.bytes; cut++) {
        r = (struct wire_reader){ .at = body.text, .end = body.text + cut };
        ck_assert_int_eq(job_unpack(&copy, &host, &r), MPI_ERR_OTHER);
    }
    strbuf_fini(&body);
    job_fini(&j);
}
END_TEST

START_TEST(ranks_of_a_host_in_words)
{
    static const struct { const char *line; const char *wanted; } cases[] = {
        { "-host a:4 -n 4 x", "ranks 0-3" },
        { "-host a:1,b:1 -n 2 x", "rank 0" },
        { "-host a:3,b:1 -map-by node -n 4 x", "ranks 0,2-3" },
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct strbuf text;
        strbuf_init(&text);
        ck_assert_int_eq(plan(cases[i].line, no_environment), MPI_SUCCESS);
        job_describe_ranks(&j, 0, &text);
        ck_assert_str_eq(text.text, cases[i].wanted);
        strbuf_fini(&text);
        job_fini(&j);
    }
}
END_TEST

/* What fences told the hosts: "host:id:bytes ". */
static struct strbuf told;

static void tell(void *owner, int host, uint32_t id, const struct strbuf *blob)
{
    strbuf_printf(&told, "%d:%u:%s ", host, (unsigned)id, blob->text);
}

static void give(struct fences *f, int host, uint32_t id, const char *key)
{
    char blob[16];
    snprintf(blob, sizeof blob, "<%d%u>", host, (unsigned)id);
    fences_add(f, &(struct contribution){ .host = host, .id = id, .key = key,
                                          .blob = blob,
                                          .bytes = strlen(blob) });
}

START_TEST(fences_end_when_the_last_host_has_given)
{
    struct fences f = { .done = tell };
    ck_assert_int_eq(plan("-host a:2,b:2,c:1 -n 5 x", no_environment),
                     MPI_SUCCESS);
    fences_init(&f, &j);
    strbuf_init(&told);
    give(&f, 1, 7, "*");
    give(&f, 0, 3, "*");
    give(&f, 2, 1, "3,4"); /* another one, of hosts b and c */
    ck_assert_str_eq(told.text, "");
    give(&f, 2, 2, "*");
    ck_assert_str_eq(told.text, "0:3:<17><03><22> 1:7:<17><03><22> "
                                "2:2:<17><03><22> ");
    strbuf_clear(&told);
    give(&f, 1, 8, "3,4");
    ck_assert_str_eq(told.text, "1:8:<21><18> 2:1:<21><18> ");
    give(&f, 0, 4, "*"); /* left open */
    fences_fini(&f);
    strbuf_fini(&told);
    job_fini(&j);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("plan");
    tcase_add_test(t, sections_share_a_host_list);
    tcase_add_test(t, a_section_may_have_hosts_of_its_own);
    tcase_add_test(t, hosts_without_ranks_are_left_out);
    tcase_add_test(t, slurm_names_the_hosts);
    tcase_add_test(t,
                   the_environment_goes_along_but_not_what_is_of_this_host);
    tcase_add_test(t, a_variable_that_is_not_set_is_an_error);
    tcase_add_test(t, a_job_survives_the_wire);
    tcase_add_test(t, ranks_of_a_host_in_words);
    tcase_add_test(t, fences_end_when_the_last_host_has_given);
    return suite_run("plan", t);
}
