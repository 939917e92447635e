/* SPDX-License-Identifier: BSD-3-Clause */
/* Predefined datatypes agree with the standard's table in size, extent,
 * alignment and in the reductions that take them, but that MPI_AINT and its like
 * take logical ones too. */
#include "runtime/objects/datatype.h"

#include "runtime/base/platform.h"
#include "runtime/objects/op.h"
#include "runtime/objects/op_kernels.h"
#include "runtime/objects/type_create.h"
#include "tests/support/suite.h"
#include "tests/unit/objects/table.h"

static void setup(void)
{
    ck_assert_int_eq(datatype_init_predefined(), MPI_SUCCESS);
    ck_assert_int_eq(op_init_predefined(), MPI_SUCCESS);
}

static void teardown(void)
{
    op_fini_predefined();
    datatype_fini_predefined();
}

/* " SUM PROD " has " SUM ". */
static bool has_word(const char *words, const char *word)
{
    char all[256], one[64];
    snprintf(all, sizeof all, " %s ", words);
    snprintf(one, sizeof one, " %s ", word);
    return strstr(all, one) != NULL;
}

/* Those that `words` names, and those that `more` does. */
static void check_ops(const struct mpi_datatype *t, const char *words,
                      const char *more)
{
    for (uintptr_t h = 0x21; h <= 0x3d; h++) {
        struct mpi_op *op = op_find((MPI_Op)h);
        if (!op)
            continue;
        const char *word = op->name + strlen("MPI_");
        bool is_allowed = has_word(words, word) || has_word(more, word);
        int err = op_check(op, t);
        ck_assert_msg((err == MPI_SUCCESS) == is_allowed, "%s on %s",
                      op->name, t->name);
        if (is_allowed)
            ck_assert(op_kernels[op->code][t->element] != NULL);
    }
}

static void check_row(char *field[TABLE_FIELDS])
{
    MPI_Datatype handle = (MPI_Datatype)strtoul(field[1], NULL, 16);
    const struct mpi_datatype *t = datatype_find(handle);
    ck_assert_msg(t != NULL, "%s is missing", field[0]);
    if (strcmp(field[13], "-") == 0)
        ck_assert_str_eq(t->name, field[0]);
    else
        ck_assert_str_eq(t->name, field[13]);
    ck_assert(t->basic == handle);
    if (!t->is_supported) {
        ck_assert_str_eq(field[9], "optional");
        ck_assert(!t->is_committed);
        return;
    }
    ck_assert(t->is_committed);
    ck_assert_msg(t->size == strtoul(field[5], NULL, 10), "%s", field[0]);
    ck_assert_int_eq(t->extent, strtol(field[6], NULL, 10));
    ck_assert_uint_eq(t->align, strtoul(field[7], NULL, 10));
    check_ops(t, field[11], strcmp(field[10], "multi-language") == 0
                                ? "LAND LOR LXOR" : "");
}

START_TEST(predefined_types_are_those_of_the_table)
{
    char line[4096], *field[TABLE_FIELDS];
    FILE *file = table_open("datatypes.tsv");
    int rows = 0;
    while (table_row(file, line, sizeof line, field) > 13) {
        if (strcmp(field[0], "MPI_DATATYPE_NULL") != 0) {
            check_row(field);
            rows++;
        }
    }
    fclose(file);
    ck_assert_int_gt(rows, 70);
    ck_assert_ptr_null(datatype_find(MPI_DATATYPE_NULL));
}
END_TEST

START_TEST(blocks_of_predefined_types_hold_their_size)
{
    for (uintptr_t h = 0x200; h < 0x300; h++) {
        struct mpi_datatype *t = datatype_find((MPI_Datatype)h);
        size_t bytes = 0;
        for (size_t i = 0; t && i < t->block_count; i++) {
            ck_assert_uint_eq(t->blocks[i].packed, bytes);
            bytes += t->blocks[i].bytes;
        }
        if (t)
            ck_assert_uint_eq(bytes, t->size);
    }
}
END_TEST

START_TEST(freed_type_lives_while_an_operation_holds_it)
{
    struct mpi_datatype *t;
    ck_assert_int_eq(type_dup(datatype_find(MPI_INT), &t), MPI_SUCCESS);
    ck_assert_int_eq(handle_add(&t->object), MPI_SUCCESS);
    MPI_Datatype handle = datatype_handle(t);
    datatype_retain(t);
    datatype_free(t);
    ck_assert_ptr_eq(datatype_find(handle), t);
    ck_assert(!t->is_committed && t->is_freed);
    datatype_release(t);
    ck_assert_ptr_null(datatype_find(handle));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("datatype");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, predefined_types_are_those_of_the_table);
    tcase_add_test(t, blocks_of_predefined_types_hold_their_size);
    tcase_add_test(t, freed_type_lives_while_an_operation_holds_it);
    return suite_run("datatype", t);
}
