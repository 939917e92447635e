/* SPDX-License-Identifier: BSD-3-Clause */
/* The handle table: reuse, garbage, and the wrong kind. */
#include "runtime/objects/handle.h"

#include <mpi.h>

#include "runtime/objects/errhandler.h"
#include "tests/support/suite.h"

static struct object object_of(enum kind kind)
{
    return (struct object){.kind = kind, .references = 1};
}

START_TEST(handles_begin_after_the_predefined_ones)
{
    struct object o = object_of(KIND_GROUP);
    ck_assert_int_eq(handle_add(&o), MPI_SUCCESS);
    ck_assert_uint_ge(o.handle, 4096);
    ck_assert_ptr_eq(handle_find((void *)o.handle, KIND_GROUP), &o);
    handle_remove(&o);
}
END_TEST

START_TEST(removed_handle_finds_nothing_and_is_used_again)
{
    struct object a = object_of(KIND_GROUP), b = object_of(KIND_OP);
    ck_assert_int_eq(handle_add(&a), MPI_SUCCESS);
    uintptr_t value = a.handle;
    handle_remove(&a);
    ck_assert_ptr_null(handle_find((void *)value, KIND_GROUP));
    ck_assert_int_eq(handle_add(&b), MPI_SUCCESS);
    ck_assert_uint_eq(b.handle, value);
    ck_assert_ptr_null(handle_find((void *)value, KIND_GROUP));
    handle_remove(&b);
}
END_TEST

START_TEST(garbage_is_no_handle)
{
    static const uintptr_t values[] = {
        0, 1, 4095, 0x209, HANDLE_FIRST, 1u << 20, (1u << 24) - 1, 1u << 24,
        0xffffffff, UINTPTR_MAX / 2, UINTPTR_MAX};
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        for (int kind = KIND_COMM; kind <= KIND_REQUEST; kind++)
            ck_assert_ptr_null(handle_find((void *)values[i], kind));
    }
    ck_assert_ptr_null(handle_find(values, KIND_COMM));
}
END_TEST

START_TEST(many_handles_stay_apart)
{
    enum { COUNT = 5000 };
    static struct object objects[COUNT];
    for (int i = 0; i < COUNT; i++) {
        objects[i] = object_of(KIND_DATATYPE);
        ck_assert_int_eq(handle_add(&objects[i]), MPI_SUCCESS);
    }
    for (int i = 0; i < COUNT; i += 2)
        handle_remove(&objects[i]);
    for (int i = 0; i < COUNT; i += 2)
        ck_assert_int_eq(handle_add(&objects[i]), MPI_SUCCESS);
    for (int i = 0; i < COUNT; i++)
        ck_assert_ptr_eq(
            handle_find((void *)objects[i].handle, KIND_DATATYPE),
            &objects[i]);
    for (int i = 0; i < COUNT; i++)
        handle_remove(&objects[i]);
}
END_TEST

static void nothing(MPI_Comm *comm, int *code, ...)
{
}

START_TEST(errhandler_lives_while_a_communicator_holds_it)
{
    struct mpi_errhandler *e;
    MPI_Errhandler handle;
    ck_assert_int_eq(errhandler_create(KIND_COMM, &e), MPI_SUCCESS);
    e->user.comm = nothing;
    ck_assert_int_eq(errhandler_give(e, &handle), MPI_SUCCESS);
    errhandler_take(e);
    ck_assert_ptr_eq(errhandler_find(handle), e);
    errhandler_release(e);
    ck_assert_ptr_null(errhandler_find(handle));
}
END_TEST

START_TEST(predefined_errhandlers_have_their_values)
{
    ck_assert_int_eq(errhandler_init_predefined(), MPI_SUCCESS);
    ck_assert_ptr_nonnull(errhandler_find(MPI_ERRORS_ARE_FATAL));
    ck_assert_ptr_nonnull(errhandler_find(MPI_ERRORS_ABORT));
    ck_assert_ptr_nonnull(errhandler_find(MPI_ERRORS_RETURN));
    ck_assert_ptr_null(errhandler_find(MPI_ERRHANDLER_NULL));
    errhandler_fini_predefined();
    ck_assert_ptr_null(errhandler_find(MPI_ERRORS_RETURN));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("handle");
    tcase_add_test(t, handles_begin_after_the_predefined_ones);
    tcase_add_test(t, removed_handle_finds_nothing_and_is_used_again);
    tcase_add_test(t, garbage_is_no_handle);
    tcase_add_test(t, many_handles_stay_apart);
    tcase_add_test(t, errhandler_lives_while_a_communicator_holds_it);
    tcase_add_test(t, predefined_errhandlers_have_their_values);
    return suite_run("handle", t);
}
