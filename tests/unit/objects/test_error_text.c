/* SPDX-License-Identifier: BSD-3-Clause */
/* error_text: every class of the standard's table has its name and words. */
#include "runtime/objects/error_text.h"

#include <mpi.h>

#include "runtime/base/error.h"
#include "tests/support/suite.h"
#include "tests/unit/objects/table.h"

START_TEST(every_class_has_the_name_and_text_of_the_table)
{
    char line[4096], *field[TABLE_FIELDS];
    FILE *file = table_open("errors.tsv");
    int rows = 0;
    while (table_row(file, line, sizeof line, field) >= 5) {
        int value = atoi(field[1]);
        if (value == MPI_ERR_LASTCODE)
            continue; /* a bound, not a class */
        ck_assert_str_eq(error_class_name(value), field[0]);
        ck_assert_str_eq(error_text(value), field[4]);
        rows++;
    }
    fclose(file);
    ck_assert_int_gt(rows, 70);
}
END_TEST

START_TEST(what_is_no_class_has_no_text)
{
    static const int values[] = {-1, 63, 1000, 1019, MPI_ERR_LASTCODE,
                                 -2147483647 - 1};
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        ck_assert_ptr_null(error_text(values[i]));
        ck_assert_ptr_null(error_class_name(values[i]));
    }
}
END_TEST

START_TEST(code_has_its_sentence_until_it_is_forgotten)
{
    int code = error_make(MPI_ERR_RANK, "rank %d is odd", 7);
    ck_assert_str_eq(error_text(code), "rank 7 is odd");
    for (int i = 0; i < ERROR_SENTENCES; i++)
        error_make(MPI_ERR_TAG, "tag");
    ck_assert_str_eq(error_text(code), error_text(MPI_ERR_RANK));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("error_text");
    tcase_add_test(t, every_class_has_the_name_and_text_of_the_table);
    tcase_add_test(t, what_is_no_class_has_no_text);
    tcase_add_test(t, code_has_its_sentence_until_it_is_forgotten);
    return suite_run("error_text", t);
}
