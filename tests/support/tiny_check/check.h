/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * As much of Check's interface as the ring's tests use, for machines whose
 * Check is not at hand: tests run one after the other in one process, and the
 * first failure ends it.
 */
#ifndef SUPPORT_TINY_CHECK_H
#define SUPPORT_TINY_CHECK_H

#include <stdio.h>
#include <stdlib.h>

enum { CK_NORMAL, TINY_TESTS_MAX = 64 };

typedef struct tcase {
    void (*setup)(void);
    void (*teardown)(void);
    void (*test[TINY_TESTS_MAX])(void);
    int count;
} TCase, Suite, SRunner;

#define START_TEST(name) static void name(void) {
#define END_TEST }

#define ck_assert(condition)                                                   \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__,       \
                    #condition);                                               \
            exit(1);                                                           \
        }                                                                      \
    } while (0)
#define ck_assert_int_eq(a, b)     ck_assert((a) == (b))
#define ck_assert_uint_eq(a, b)    ck_assert((a) == (b))
#define ck_assert_uint_gt(a, b)    ck_assert((a) > (b))
#define ck_assert_uint_lt(a, b)    ck_assert((a) < (b))
#define ck_assert_uint_le(a, b)    ck_assert((a) <= (b))
#define ck_assert_uint_ge(a, b)    ck_assert((a) >= (b))
#define ck_assert_uint_ne(a, b)    ck_assert((a) != (b))
#define ck_assert_ptr_eq(a, b)     ck_assert((const void *)(a) == (const void *)(b))
#define ck_assert_ptr_ne(a, b)     ck_assert((const void *)(a) != (const void *)(b))
#define ck_assert_ptr_null(a)      ck_assert(!(a))
#define ck_assert_ptr_nonnull(a)   ck_assert(a)

static TCase tiny_tcase;

static inline TCase *tcase_create(const char *name)
{
    (void)name;
    return &tiny_tcase;
}

static inline void tcase_set_timeout(TCase *t, double seconds)
{
    (void)t, (void)seconds; /* whoever starts the program limits it */
}

static inline void tcase_add_checked_fixture(TCase *t, void (*setup)(void),
                                             void (*teardown)(void))
{
    t->setup = setup;
    t->teardown = teardown;
}

static inline void tcase_add_test(TCase *t, void (*test)(void))
{
    t->test[t->count++] = test;
}

static inline Suite *suite_create(const char *name)
{
    (void)name;
    return &tiny_tcase;
}

static inline void suite_add_tcase(Suite *s, TCase *t)
{
    (void)s, (void)t;
}

static inline SRunner *srunner_create(Suite *s)
{
    return s;
}

static inline void srunner_run_all(SRunner *r, int mode)
{
    (void)mode;
    for (int i = 0; i < r->count; i++) {
        r->setup();
        r->test[i]();
        r->teardown();
    }
    printf("%d tests passed\n", r->count);
}

static inline int srunner_ntests_failed(SRunner *r)
{
    (void)r;
    return 0;
}

static inline void srunner_free(SRunner *r)
{
    (void)r;
}

#endif
