/* SPDX-License-Identifier: BSD-3-Clause */
/* verdict: which end of a rank ends the job, and the sentence for it. */
#include "launcher/verdict.h"

#include <signal.h>
#include <string.h>

#include "runtime/base/status.h"
#include "tests/support/suite.h"

#define EXITED(code) ((code) << 8)

/* A rank that ended well; a test changes what it is about. */
static struct rank_end well(void)
{
    return (struct rank_end){ .rank = 3, .is_connected = true,
                              .is_finalized = true,
                              .state = STATUS_FINALIZED,
                              .phrase = "after MPI_Finalize",
                              .last_words = "" };
}

static void expect(const struct rank_end *e, int code, const char *wanted)
{
    struct strbuf text;
    strbuf_init(&text);
    ck_assert(rank_end_is_failure(e));
    ck_assert_int_eq(rank_end_exit_code(e), code);
    rank_end_describe(e, "n2", &text);
    ck_assert_str_eq(text.text, wanted);
    strbuf_fini(&text);
}

START_TEST(good_ends_are_no_failures)
{
    struct rank_end e = well();
    ck_assert(!rank_end_is_failure(&e));
    e.is_connected = e.is_finalized = false;
    e.state = STATUS_EMPTY;
    ck_assert(!rank_end_is_failure(&e));
}
END_TEST

START_TEST(a_signal_with_what_the_rank_was_doing)
{
    struct rank_end e = well();
    e.wait_status = SIGKILL;
    e.is_finalized = false;
    e.state = STATUS_INITIALIZED;
    e.phrase = "in MPI_Recv from rank 0, tag 7, 8 bytes";
    expect(&e, 137, "rank 3 on n2 was killed by signal 9 (Killed) in MPI_Recv "
                    "from rank 0, tag 7, 8 bytes");
}
END_TEST

START_TEST(a_program_without_mpi_has_no_call)
{
    struct rank_end e = well();
    e.wait_status = EXITED(2);
    e.is_connected = e.is_finalized = false;
    e.state = STATUS_EMPTY;
    expect(&e, 2, "rank 3 on n2 exited with code 2");
}
END_TEST

START_TEST(code_zero_without_finalize_is_a_failure)
{
    struct rank_end e = well();
    e.is_finalized = false;
    e.state = STATUS_INITIALIZED;
    expect(&e, 1, "rank 3 on n2 exited with code 0 without calling "
                  "MPI_Finalize");
    e.state = STATUS_EMPTY;
    ck_assert(rank_end_is_failure(&e));
}
END_TEST

START_TEST(an_abort_says_its_last_words)
{
    struct rank_end e = well();
    e.state = STATUS_ABORTED;
    e.abort_code = 256 + 7;
    e.last_words = "MPI_Send: invalid rank 9";
    expect(&e, 7, "rank 3 on n2 ended the job with code 263: MPI_Send: "
                  "invalid rank 9");
    e.last_words = "";
    e.abort_code = 256;
    expect(&e, 1, "rank 3 on n2 called MPI_Abort with code 256");
}
END_TEST

START_TEST(a_failure_after_finalize_says_so)
{
    struct rank_end e = well();
    e.wait_status = EXITED(4);
    expect(&e, 4, "rank 3 on n2 exited with code 4 after MPI_Finalize");
}
END_TEST

START_TEST(an_end_survives_the_wire)
{
    struct rank_end e = well();
    struct rank_end copy;
    struct strbuf body;
    e.wait_status = EXITED(250);
    e.abort_code = -5;
    e.last_words = "so long";
    strbuf_init(&body);
    rank_end_pack(&e, &body);
    struct wire_reader r = { .at = body.text, .end = body.text + body.bytes };
    ck_assert(rank_end_unpack(&copy, &r));
    ck_assert_int_eq(copy.wait_status, e.wait_status);
    ck_assert_int_eq(copy.abort_code, -5);
    ck_assert_str_eq(copy.last_words, "so long");
    r = (struct wire_reader){ .at = body.text, .end = body.text + 20 };
    ck_assert(!rank_end_unpack(&copy, &r));
    strbuf_fini(&body);
}
END_TEST

START_TEST(the_first_verdict_stands)
{
    struct verdict v = { 0 };
    struct strbuf first, second;
    strbuf_init(&first);
    strbuf_init(&second);
    strbuf_puts(&first, "first");
    verdict_add_others(&first, 0);
    strbuf_puts(&second, "second");
    ck_assert(verdict_give(&v, 3, &first));
    ck_assert(!verdict_give(&v, 4, &second));
    ck_assert_int_eq(v.exit_code, 3);
    ck_assert_str_eq(v.sentence.text, "first");
    strbuf_fini(&v.sentence);
    strbuf_fini(&first);
    strbuf_fini(&second);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("verdict");
    tcase_add_test(t, good_ends_are_no_failures);
    tcase_add_test(t, a_signal_with_what_the_rank_was_doing);
    tcase_add_test(t, a_program_without_mpi_has_no_call);
    tcase_add_test(t, code_zero_without_finalize_is_a_failure);
    tcase_add_test(t, an_abort_says_its_last_words);
    tcase_add_test(t, a_failure_after_finalize_says_so);
    tcase_add_test(t, an_end_survives_the_wire);
    tcase_add_test(t, the_first_verdict_stands);
    return suite_run("verdict", t);
}
