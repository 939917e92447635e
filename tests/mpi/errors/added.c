/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Error classes, codes and strings that a program adds and removes, before
 * MPI_Init and after MPI_Finalize too, and error handlers that get them.
 *
 * ranks: 1
 */
#include "../check.h"

static int last_code;

static void note_code(MPI_Comm *comm, int *code, ...)
{
    CHECK(*comm == MPI_COMM_WORLD);
    last_code = *code;
}

static const char *text_of(int code)
{
    static char text[MPI_MAX_ERROR_STRING];
    int length;
    MPI_Error_string(code, text, &length);
    return text;
}

static void add_and_remove(int *error_class, int *code)
{
    int found;
    MPI_Add_error_class(error_class);
    MPI_Add_error_code(*error_class, code);
    CHECK(*error_class > MPI_ERR_LASTCODE && *code > MPI_ERR_LASTCODE);
    CHECK(*text_of(*code) == '\0');
    MPI_Add_error_string(*error_class, "the class");
    MPI_Add_error_string(*code, "the code");
    MPI_Error_class(*code, &found);
    CHECK(found == *error_class);
    MPI_Error_class(*error_class, &found);
    CHECK(found == *error_class);
    CHECK(strcmp(text_of(*error_class), "the class") == 0);
    MPI_Add_error_string(*code, "other words");
    CHECK(strcmp(text_of(*code), "other words") == 0);
}

static void remove_all(int error_class, int code)
{
    MPI_Remove_error_string(code);
    CHECK(*text_of(code) == '\0');
    MPI_Remove_error_code(code);
    MPI_Remove_error_class(error_class);
}

static void refusals(void)
{
    int error_class, code, of_standard;
    add_and_remove(&error_class, &code);
    CHECK_ERROR(MPI_Remove_error_code(code), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Remove_error_class(error_class), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Remove_error_class(MPI_ERR_RANK), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Add_error_string(MPI_ERR_RANK, "mine"), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Add_error_code(code, &code), MPI_ERR_ARG);
    remove_all(error_class, code);
    CHECK_ERROR(MPI_Remove_error_string(code), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Error_class(code, &code), MPI_ERR_ARG);
    MPI_Add_error_code(MPI_ERR_RANK, &of_standard);
    MPI_Error_class(of_standard, &code);
    CHECK(code == MPI_ERR_RANK);
    MPI_Remove_error_code(of_standard);
}

int main(void)
{
    int error_class, code;
    MPI_Errhandler handler;
    add_and_remove(&error_class, &code);
    MPI_Init(NULL, NULL);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    MPI_Comm_create_errhandler(note_code, &handler);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
    MPI_Comm_call_errhandler(MPI_COMM_WORLD, code);
    CHECK(last_code == code);
    MPI_Errhandler_free(&handler);
    refusals();
    MPI_Finalize();
    remove_all(error_class, code);
    return 0;
}
