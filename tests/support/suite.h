/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The main function every Check suite shares: run `tests`, end with 0 when all
 * passed. Each test program includes this once.
 */
#ifndef SUPPORT_SUITE_H
#define SUPPORT_SUITE_H

#include <check.h>

/* Run the tests of `tcase` as a suite called name; for `return` of main. */
static inline int suite_run(const char *name, TCase *tcase)
{
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#endif
