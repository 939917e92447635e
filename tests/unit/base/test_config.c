/* SPDX-License-Identifier: BSD-3-Clause */
/* config: defaults, the environment, and what is said about bad values. */
#include "runtime/base/config.h"

#include <stdlib.h>

#include <mpi.h>

#include "tests/support/suite.h"

START_TEST(size_suffixes_are_powers_of_two)
{
    size_t bytes;
    ck_assert(config_parse_bytes("3k", &bytes));
    ck_assert_uint_eq(bytes, 3072);
    ck_assert(config_parse_bytes("2M", &bytes));
    ck_assert_uint_eq(bytes, 2u << 20);
    ck_assert(!config_parse_bytes("", &bytes));
    ck_assert(!config_parse_bytes("-1", &bytes));
    ck_assert(!config_parse_bytes("12q", &bytes));
    ck_assert(!config_parse_bytes("99999999999999999999", &bytes));
    ck_assert(!config_parse_bytes("17179869184G", &bytes));
}
END_TEST

START_TEST(environment_overrides_the_default)
{
    setenv("BATON_TRANSPORTS", "verbs", 1);
    setenv("BATON_SHM_EAGER_BYTES", "4k", 1);
    ck_assert_int_eq(config_load(), MPI_SUCCESS);
    ck_assert_str_eq(settings.transports, "verbs");
    ck_assert_uint_eq(settings.shm_eager_bytes, 4096);
    ck_assert_int_eq(settings.gid_index, -1);
}
END_TEST

START_TEST(a_bad_value_is_an_error)
{
    setenv("BATON_CMA", "maybe", 1);
    ck_assert_int_eq(config_load(), MPI_ERR_ARG);
}
END_TEST

START_TEST(a_misspelt_name_finds_its_neighbour)
{
    ck_assert_str_eq(config_nearest("BATON_TRANSPORT"), "BATON_TRANSPORTS");
    ck_assert_ptr_null(config_nearest("X"));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("config");
    tcase_add_test(t, size_suffixes_are_powers_of_two);
    tcase_add_test(t, environment_overrides_the_default);
    tcase_add_test(t, a_bad_value_is_an_error);
    tcase_add_test(t, a_misspelt_name_finds_its_neighbour);
    return suite_run("config", t);
}
