/* SPDX-License-Identifier: BSD-3-Clause */
/* counter: each one has its row in the table. */
#include "runtime/base/counter.h"

#include <string.h>

#include "tests/support/suite.h"

START_TEST(every_counter_has_a_name_of_its_own)
{
    for (int i = 0; i < COUNTER_COUNT; i++) {
        ck_assert_msg(counter_table[i].name != NULL, "counter %d", i);
        ck_assert(counter_table[i].unit && counter_table[i].help);
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(counter_table[i].name, counter_table[k].name);
    }
}
END_TEST

START_TEST(the_peak_stays_when_memory_is_let_go)
{
    struct counters c = { { 0 } };
    counter_pin(&c, 100);
    counter_pin(&c, 50);
    counter_pin(&c, -120);
    counter_pin(&c, 60);
    ck_assert_uint_eq(c.value[COUNTER_PINNED_BYTES], 90);
    ck_assert_uint_eq(c.value[COUNTER_PINNED_PEAK_BYTES], 150);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("counter");
    tcase_add_test(t, every_counter_has_a_name_of_its_own);
    tcase_add_test(t, the_peak_stays_when_memory_is_let_go);
    return suite_run("counter", t);
}
