/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attributes: copy functions decide what a copy has, delete functions run at
 * replacement, deletion and the object's end, a freed keyval serves what still
 * uses it, an error of either stops the call, and those of MPI_COMM_SELF go
 * first in MPI_Finalize, the last set first.
 *
 * ranks: 1 2
 */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "../check.h"

static int copied, deleted, refuse;
static int own_state;

static int copy_twice(MPI_Comm comm, int keyval, void *extra, void *in,
                      void *out, int *flag)
{
    CHECK(comm != MPI_COMM_NULL && keyval > 0 && extra == &own_state);
    copied++;
    *(void **)out = (void *)((intptr_t)in * 2);
    *flag = (intptr_t)in != 13;
    return refuse;
}

static int count_delete(MPI_Comm comm, int keyval, void *value, void *extra)
{
    CHECK(comm != MPI_COMM_NULL && keyval > 0 && extra == &own_state);
    CHECK(value != NULL);
    deleted++;
    return refuse;
}

static intptr_t value_of(MPI_Comm comm, int key)
{
    void *value;
    int flag;
    MPI_Comm_get_attr(comm, key, &value, &flag);
    return flag ? (intptr_t)value : -1;
}

static void copies(void)
{
    int key, plain;
    MPI_Comm a, b;
    MPI_Comm_create_keyval(copy_twice, count_delete, &key, &own_state);
    MPI_Comm_create_keyval(MPI_COMM_DUP_FN, MPI_COMM_NULL_DELETE_FN, &plain,
                           NULL);
    MPI_Comm_dup(MPI_COMM_WORLD, &a);
    CHECK(value_of(a, key) == -1);
    MPI_Comm_set_attr(a, key, (void *)5);
    MPI_Comm_set_attr(a, plain, (void *)99);
    MPI_Comm_dup(a, &b);
    CHECK(copied == 1 && value_of(b, key) == 10 && value_of(b, plain) == 99);
    MPI_Comm_set_attr(b, key, (void *)13);
    CHECK(deleted == 1);
    MPI_Comm_free(&a);
    CHECK(deleted == 2);
    MPI_Comm_dup(b, &a);
    CHECK(copied == 2 && value_of(a, key) == -1 && value_of(a, plain) == 99);
    int freed = key;
    MPI_Comm_free_keyval(&freed);
    CHECK(freed == MPI_KEYVAL_INVALID);
    MPI_Comm_free(&b);
    CHECK(deleted == 3);
    CHECK_ERROR(MPI_Comm_set_attr(a, key, NULL), MPI_ERR_KEYVAL);
    MPI_Comm_delete_attr(a, plain);
    CHECK(value_of(a, plain) == -1);
    MPI_Comm_free(&a);
    MPI_Comm_free_keyval(&plain);
}

static void refusals(void)
{
    int key;
    MPI_Comm a, b = MPI_COMM_NULL;
    MPI_Comm_create_keyval(copy_twice, count_delete, &key, &own_state);
    MPI_Comm_dup(MPI_COMM_WORLD, &a);
    MPI_Comm_set_errhandler(a, MPI_ERRORS_RETURN);
    MPI_Comm_set_attr(a, key, (void *)1);
    refuse = MPI_ERR_OTHER;
    CHECK_ERROR(MPI_Comm_dup(a, &b), MPI_ERR_OTHER);
    CHECK(b == MPI_COMM_NULL);
    CHECK_ERROR(MPI_Comm_delete_attr(a, key), MPI_ERR_OTHER);
    CHECK_ERROR(MPI_Comm_set_attr(a, key, (void *)2), MPI_ERR_OTHER);
    MPI_Comm still = a;
    CHECK_ERROR(MPI_Comm_free(&still), MPI_ERR_OTHER);
    CHECK(still == a && value_of(a, key) == 1);
    refuse = 0;
    MPI_Comm_free(&a);
    MPI_Comm_free_keyval(&key);
    int wrong = MPI_KEYVAL_INVALID;
    CHECK_ERROR(MPI_Comm_free_keyval(&wrong), MPI_ERR_KEYVAL);
    CHECK_ERROR(MPI_Comm_set_attr(MPI_COMM_SELF, MPI_TAG_UB, &wrong),
                MPI_ERR_KEYVAL);
}

static int type_copy(MPI_Datatype type, int keyval, void *extra, void *in,
                     void *out, int *flag)
{
    (void)type, (void)keyval, (void)extra;
    *(void **)out = (char *)in + 1;
    *flag = 1;
    return MPI_SUCCESS;
}

static int type_delete(MPI_Datatype type, int keyval, void *value, void *extra)
{
    (void)type, (void)keyval, (void)value;
    ++*(int *)extra;
    return MPI_SUCCESS;
}

static void types(void)
{
    int key, gone = 0, flag, length;
    char name[MPI_MAX_OBJECT_NAME], *value;
    MPI_Datatype a, b;
    MPI_Type_create_keyval(type_copy, type_delete, &key, &gone);
    MPI_Type_contiguous(3, MPI_INT, &a);
    MPI_Type_set_attr(a, key, name);
    MPI_Type_set_attr(MPI_INT, key, name);
    MPI_Type_set_name(a, "three");
    MPI_Type_dup(a, &b);
    MPI_Type_get_attr(b, key, &value, &flag);
    CHECK(flag && value == name + 1);
    MPI_Type_get_name(b, name, &length);
    CHECK(length == 0 && name[0] == '\0');
    MPI_Type_get_name(a, name, &length);
    CHECK(length == 5 && strcmp(name, "three") == 0);
    MPI_Type_get_name(MPI_DOUBLE, name, &length);
    CHECK(strcmp(name, "MPI_DOUBLE") == 0);
    MPI_Type_free(&a);
    CHECK(gone == 1);
    MPI_Type_delete_attr(MPI_INT, key);
    CHECK(gone == 2);
    MPI_Type_get_attr(MPI_INT, key, &value, &flag);
    CHECK(!flag);
    MPI_Type_free_keyval(&key);
    MPI_Type_free(&b);
    CHECK(gone == 3);
    CHECK_ERROR(MPI_Type_set_attr(MPI_INT, 12345, NULL), MPI_ERR_KEYVAL);
}

static void predefined(void)
{
    int *value, flag, size, added;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &value, &flag);
    CHECK(flag && *value >= 32767);
    MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_IO, &value, &flag);
    CHECK(flag && *value == MPI_ANY_SOURCE);
    MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_UNIVERSE_SIZE, &value, &flag);
    CHECK(flag && *value >= size);
    MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_LASTUSEDCODE, &value, &flag);
    CHECK(flag && *value >= MPI_ERR_LASTCODE);
    int before = *value;
    MPI_Add_error_class(&added);
    MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_LASTUSEDCODE, &value, &flag);
    CHECK(*value > before && *value >= added);
    MPI_Remove_error_class(added);
}

static int last = 4;

static int at_finalize(MPI_Comm comm, int keyval, void *value, void *extra)
{
    int is_finalized, rank;
    (void)keyval, (void)extra;
    MPI_Finalized(&is_finalized);
    MPI_Comm_rank(comm, &rank);
    CHECK(!is_finalized && rank == 0);
    CHECK((intptr_t)value == --last);
    return MPI_SUCCESS;
}

int main(void)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    copies();
    refusals();
    types();
    predefined();
    for (intptr_t i = 0; i < 4; i++) {
        int key;
        MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, at_finalize, &key, NULL);
        MPI_Comm_set_attr(MPI_COMM_SELF, key, (void *)i);
        MPI_Comm_free_keyval(&key);
    }
    MPI_Finalize();
    return last == 0 ? 0 : 1;
}
