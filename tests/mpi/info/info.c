/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Infos keep their order, cut what does not fit, and work before MPI_Init and
 * after MPI_Finalize; MPI_INFO_ENV tells of the start; communicators keep the
 * hints that they know.
 *
 * ranks: 1 2
 */
#include <stdlib.h>

#include "../check.h"

static const char *value_of(MPI_Info info, const char *key)
{
    static char value[MPI_MAX_INFO_VAL];
    int length = sizeof value, flag;
    MPI_Info_get_string(info, key, &length, value, &flag);
    CHECK(!flag || length == (int)strlen(value) + 1);
    return flag ? value : "(none)";
}

/* Nothing here needs MPI to run. */
static void at_any_time(void)
{
    MPI_Info info, copy;
    char text[MPI_MAX_INFO_VAL];
    int n, flag;
    MPI_Info_create(&info);
    MPI_Info_set(info, "b", "1");
    MPI_Info_set(info, "a", "22222");
    MPI_Info_set(info, "c", "3");
    MPI_Info_set(info, "b", "another");
    MPI_Info_get_nkeys(info, &n);
    CHECK(n == 3);
    MPI_Info_get_nthkey(info, 0, text);
    CHECK(strcmp(text, "b") == 0 && strcmp(value_of(info, "b"), "another") == 0);
    MPI_Info_get(info, "b", 3, text, &flag);
    CHECK(flag && strcmp(text, "ano") == 0);
    MPI_Info_get_valuelen(info, "a", &n, &flag);
    CHECK(flag && n == 5);
    MPI_Info_get(info, "none", 3, text, &flag);
    CHECK(!flag);
    MPI_Info_dup(info, &copy);
    MPI_Info_delete(info, "b");
    MPI_Info_get_nthkey(info, 1, text);
    CHECK(strcmp(text, "c") == 0 && strcmp(value_of(info, "b"), "(none)") == 0);
    CHECK(strcmp(value_of(copy, "b"), "another") == 0);
    n = 0;
    MPI_Info_get_string(copy, "b", &n, NULL, &flag);
    CHECK(flag && n == 8);
    CHECK(MPI_Info_fromint(MPI_Info_toint(copy)) == copy);
    CHECK(MPI_Info_fromint(MPI_Info_toint(MPI_INFO_ENV)) == MPI_INFO_ENV);
    MPI_Info_free(&info);
    MPI_Info_free(&copy);
    CHECK(info == MPI_INFO_NULL);
    MPI_Info_create_env(0, NULL, &info);
    CHECK(strstr(value_of(info, "command"), "info/info") != NULL);
    MPI_Info_free(&info);
}

static void wrong_arguments(void)
{
    MPI_Info info, none = MPI_INFO_NULL, env = MPI_INFO_ENV;
    char text[2000];
    int n;
    MPI_Info_create(&info);
    memset(text, 'k', sizeof text);
    text[MPI_MAX_INFO_KEY] = '\0';
    CHECK_ERROR(MPI_Info_set(info, text, "v"), MPI_ERR_INFO_KEY);
    CHECK_ERROR(MPI_Info_set(info, "", "v"), MPI_ERR_INFO_KEY);
    CHECK_ERROR(MPI_Info_set(info, NULL, "v"), MPI_ERR_INFO_KEY);
    text[MPI_MAX_INFO_KEY] = 'k';
    text[MPI_MAX_INFO_VAL] = '\0';
    CHECK_ERROR(MPI_Info_set(info, "k", text), MPI_ERR_INFO_VALUE);
    CHECK_ERROR(MPI_Info_set(info, "k", NULL), MPI_ERR_INFO_VALUE);
    CHECK_ERROR(MPI_Info_set(none, "k", "v"), MPI_ERR_INFO);
    CHECK_ERROR(MPI_Info_set(env, "k", "v"), MPI_ERR_INFO);
    CHECK_ERROR(MPI_Info_free(&env), MPI_ERR_INFO);
    CHECK_ERROR(MPI_Info_free(&none), MPI_ERR_INFO);
    CHECK_ERROR(MPI_Info_delete(info, "k"), MPI_ERR_INFO_NOKEY);
    CHECK_ERROR(MPI_Info_get_nthkey(info, 0, text), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Info_get_nkeys((MPI_Info)MPI_COMM_WORLD, &n),
                MPI_ERR_INFO);
    MPI_Info_free(&info);
}

static void environment(void)
{
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    CHECK(atoi(value_of(MPI_INFO_ENV, "maxprocs")) == size);
    CHECK(strncmp(value_of(MPI_INFO_ENV, "thread_level"), "MPI_THREAD_", 11) ==
          0);
    CHECK(value_of(MPI_INFO_ENV, "wdir")[0] == '/');
}

static void hints(void)
{
    MPI_Info info, used;
    MPI_Comm copy, other;
    MPI_Info_create(&info);
    MPI_Info_set(info, "mpi_assert_no_any_tag", "true");
    MPI_Info_set(info, "not_a_hint", "true");
    MPI_Comm_dup_with_info(MPI_COMM_WORLD, info, &copy);
    MPI_Comm_get_info(copy, &used);
    CHECK(strcmp(value_of(used, "mpi_assert_no_any_tag"), "true") == 0);
    CHECK(strcmp(value_of(used, "mpi_assert_no_any_source"), "false") == 0);
    CHECK(strcmp(value_of(used, "not_a_hint"), "(none)") == 0);
    MPI_Info_free(&used);
    MPI_Info_set(info, "mpi_assert_no_any_tag", "false");
    MPI_Info_set(info, "mpi_assert_exact_length", "true");
    MPI_Comm_set_info(copy, info);
    MPI_Comm_dup(copy, &other);
    MPI_Comm_get_info(other, &used);
    CHECK(strcmp(value_of(used, "mpi_assert_no_any_tag"), "false") == 0);
    CHECK(strcmp(value_of(used, "mpi_assert_exact_length"), "true") == 0);
    MPI_Info_free(&used);
    MPI_Info_free(&info);
    MPI_Comm_free(&copy);
    MPI_Comm_free(&other);
}

int main(void)
{
    at_any_time();
    MPI_Init(NULL, NULL);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    at_any_time();
    wrong_arguments();
    environment();
    hints();
    MPI_Finalize();
    at_any_time();
    return 0;
}
